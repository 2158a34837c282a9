// Says how many milliseconds the import of one module takes.
const started = performance.now();
await import(process.argv[2]);
process.stdout.write(String(performance.now() - started));
