import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runBin } from './run-bin.js';

describe.concurrent('wrong usage', () => {
  it('shows the commands when there is none', async ({ expect }) => {
    const { code, stdout, stderr } = await runBin([]);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "Usage: livekit-actors [options] [command]

      Options:
        -V, --version            output the version number
        -h, --help               display help for command

      Commands:
        start [options] <entry>  run the worker in production: JSON logs, drains on
                                 SIGTERM
        dev [options] <entry>    run the worker while writing the agent: readable logs
        dev-server [options]     run a dispatch server without media for trying things
                                 out: devkey, secret
        help [command]           display help for command
      "
    `);
  });

  it.each([
    [['strat', 'agent.js'], "error: unknown command 'strat'\n(Did you mean start?)\n"],
    [['start', 'a.js', '--prot', '1'], "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    [['start'], "error: missing required argument 'entry'\n"],
    [
      ['dev', 'a.js', 'b.js'],
      "error: too many arguments for 'dev'. Expected 1 argument but got 2.\n",
    ],
    [
      ['start', 'a.js', '--log-format', 'xml'],
      "error: option '--log-format <format>' argument 'xml' is invalid. Allowed choices are json, pretty.\n",
    ],
  ])('%j is told in a line', async (args, told) => {
    expect(await runBin(args)).toEqual({ code: 64, stdout: '', stderr: told });
  });
});

describe.concurrent('help', () => {
  it('lists every flag', async ({ expect }) => {
    const { code, stdout, stderr } = await runBin(['start', '--help']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: livekit-actors start [options] <entry>

      run the worker in production: JSON logs, drains on SIGTERM

      Arguments:
        entry                    file of the agent

      Options:
        --url <url>              address of the LiveKit server (LIVEKIT_URL)
        --api-key <key>          API key (better: LIVEKIT_API_KEY)
        --api-secret <secret>    API secret (better: LIVEKIT_API_SECRET)
        --agent-name <name>      name for explicit dispatch (LIVEKIT_AGENT_NAME)
        --log-level <level>      trace, debug, info, warn, error, fatal or silent
        --drain-timeout <time>   how long jobs may go on after the first signal: 90s,
                                 30m, 1h, Infinity
        --idle-processes <n>     warm processes kept ready
        --max-jobs <n>           jobs at the same time
        --load-threshold <load>  load from 0 to 1 at which no more jobs are taken
        --port <port>            port of the health endpoints; 0 takes a free one
        --host <address>         address that the health endpoints listen on
        --log-format <format>    form of the log lines (choices: "json", "pretty",
                                 default: "json")
        --color <when>           colours in readable logs (choices: "auto", "always",
                                 "never", default: "auto")
        -h, --help               display help for command
      "
    `);
  });

  it('knows the version', async () => {
    expect(await runBin(['--version'])).toEqual({ code: 0, stdout: 'development\n', stderr: '' });
  });
});

describe.concurrent('dev-server', () => {
  it('refuses a port that is none', async () => {
    expect(await runBin(['dev-server', '--port', 'x'])).toEqual({
      code: 78,
      stdout: '',
      stderr: 'error: --port: expected a whole number from 0 to 65535, got "x".\n',
    });
  });

  it('says so when its port is taken', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });

    const { code, stderr } = await runBin(['dev-server', '--port', String(port)]);
    server.close();

    expect({ code, stderr }).toEqual({
      code: 78,
      stderr: `error: Port ${port} is taken; choose another or 0.\n`,
    });
  });
});
