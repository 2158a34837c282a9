import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runBin } from './run-bin.js';

describe.concurrent('wrong usage', () => {
  it('shows the commands when there is none', async ({ expect }) => {
    const { code, stdout, stderr } = await runBin([]);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "Usage: livekit-actors <command> [file] [options]

      Options:
        -V, --version  output the version number
        -h, --help     display help for command

      Commands:
        start          run the worker in production
        dev            run the worker while you write the agent
        connect        run one job in one room of the server, then exit
        simulate       run one job without a server, in a simulated room
        dev-server     run a small server without media, to try things out
        help           display help for command
      "
    `);
  });

  const noSuchType =
    "option '--job-type <type>' argument 'call' is invalid. Allowed choices are room, publisher, participant.";
  it.each([
    [['strat', 'agent.js'], "unknown command 'strat'. Did you mean start?"],
    [['agent.js', 'start'], "'agent.js' is no command. Write: livekit-actors start agent.js"],
    [['start', 'a.js', '--prot', '1'], "unknown option '--prot'. Did you mean --port?"],
    [['dev', '--agentname', 'x'], "unknown option '--agentname'. Did you mean --agent-name?"],
    [['dev', 'a.js', 'b.js'], "too many arguments for 'dev'. Expected 1 argument but got 2."],
    [
      ['start', 'a.js', '--log-format', 'xml'],
      "option '--log-format <format>' argument 'xml' is invalid. Allowed choices are json, pretty.",
    ],
    [
      ['start', '--json', '--log-format', 'json'],
      "option '--json' cannot be used with option '--log-format <format>'",
    ],
    [['connect', 'a.js'], "connect needs the name of a room: '--room <name>'"],
    [['connect', '--room', 'x', '--max-jobs', '2'], "unknown option '--max-jobs'"],
    [['--max-jobs', '2', 'connect', '--room', 'x'], "connect has no option '--max-jobs'"],
    [['simulate', '--job-type', 'call'], noSuchType],
    [['simulate', '--url', 'ws://a'], "unknown option '--url'"],
    [['--api-key', 'x', 'dev-server'], "dev-server has no option '--api-key'"],
    [['dev', '--api-secret'], "option '--api-secret <secret>' argument missing"],
  ])('%j is told in a line (F-140)', async (args, told) => {
    expect(await runBin(args)).toEqual({ code: 64, stdout: '', stderr: `error: ${told}\n` });
  });

  it.each([
    [['start', 'a.js', '--api-secrt', 'hunter2']],
    [['start', 'a.js', '--api-secrt=hunter2']],
    [['--api-secrt', 'hunter2', 'start', 'a.js']],
    [['--api-secrt=hun\nter2', 'start', 'a.js']],
    [['start', 'a.js', 'b.js', '--api-secret', 'hunter2']],
    [['simulate', 'a.js', '--api-secret=hunter2']],
  ])('%j is told without what may be a secret (F-24, F-134)', async (args) => {
    const { code, stdout, stderr } = await runBin(args);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).not.toMatch(/hun|ter2/);
  });
});

describe.concurrent('help', () => {
  it('lists every flag of start (F-134, F-135, F-136)', async ({ expect }) => {
    const { code, stdout, stderr } = await runBin(['start', '--help']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // It depends on the machine.
    expect(stdout.replace(/ready \(default: \d\)/, 'ready (default: 4)')).toMatchInlineSnapshot(`
      "Usage: livekit-actors start [file] [options]

      run the worker in production

      Arguments:
        file                     agent or its folder (default: main, app or agent
                                 here)

      Server:
        --url <url>              address of the server (LIVEKIT_URL)
        --api-key <key>          API key; better set as LIVEKIT_API_KEY
        --api-secret <secret>    its secret; better set as LIVEKIT_API_SECRET

      Jobs:
        --agent-name <name>      name for explicit dispatch (LIVEKIT_AGENT_NAME)
        --idle-processes <n>     warm processes kept ready (default: 4)
        --max-jobs <n>           jobs at the same time (default: no limit)
        --load-threshold <load>  load from 0 to 1 at which no more jobs are taken
                                 (default: 0.7)
        --drain-timeout <time>   how long jobs may go on after the first signal: 90s,
                                 30m, 1h, Infinity (default: 1h)

      Log:
        --log-level <level>      trace, debug, info, warn, error, fatal or silent
                                 (LIVEKIT_LOG_LEVEL) (default: info)
        --log-format <format>    form of the log lines (choices: "json", "pretty",
                                 default: json)
        --json                   short for --log-format json
        --color <when>           colours in readable logs (choices: "auto", "always",
                                 "never", default: auto)

      Health endpoints:
        --port <port>            port they listen on; 0 takes a free one (default:
                                 8081)
        --host <address>         address they listen on (default: 0.0.0.0)
        --no-http                no health endpoints

      Environment:
        --env-file <file>        file with variables; those that are set stay. May be
                                 repeated

      Options:
        -h, --help               display help for command

      The first SIGTERM or Ctrl-C lets the jobs end by themselves, a second one ends
      them at once.
      "
    `);
  });

  const common = ['--log-level', '--log-format', '--json', '--color', '--env-file', '--help'];
  const server = ['--url', '--api-key', '--api-secret'];
  it.each([
    [
      'connect',
      ['--room', '--participant-identity', '--agent-identity', '--metadata', ...server],
      ['--agent-name', '--drain-timeout', ...common],
    ],
    [
      'simulate',
      ['--room', '--participant', '--agent-identity', '--metadata', '--job-type'],
      ['--agent-name', '--drain-timeout', ...common],
    ],
    ['dev-server', ['--port'], ['--help']],
  ])('lists the flags of %s, its own first (F-131, F-134)', async (command, own, others) => {
    const { code, stdout } = await runBin([command, '--help']);

    const listed = [...stdout.matchAll(/^ {2}(?:-h, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
    expect({ code, listed }).toEqual({ code: 0, listed: [...own, ...others] });
  });

  it.each([['start'], ['dev'], ['connect'], ['simulate'], ['dev-server']])(
    'fits a terminal of 80 columns for %s',
    async (command) => {
      const { stdout } = await runBin([command, '--help']);

      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('knows the version', async () => {
    expect(await runBin(['--version'])).toEqual({ code: 0, stdout: 'development\n', stderr: '' });
  });
});

describe.concurrent('dev-server', () => {
  it('refuses a port that is none (F-140)', async () => {
    expect(await runBin(['dev-server', '--port', 'x'])).toEqual({
      code: 78,
      stdout: '',
      stderr: 'error: --port: expected a whole number from 0 to 65535, got "x".\n',
    });
  });

  it('says so when its port is taken (F-140)', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });

    const { code, stderr } = await runBin(['--port', String(port), 'dev-server']);
    server.close();

    expect({ code, stderr }).toEqual({
      code: 78,
      stderr: `error: Port ${port} is taken; choose another or 0.\n`,
    });
  });
});
