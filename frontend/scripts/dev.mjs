// Hot reload against a running Dagy: one address, behind it `next dev` for pages and the server for
// the rest. The Host header goes through as it came, so to the server the pages are its own and it
// takes their cookies and websockets; Next's own rewrites would change it.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

const API = new URL(process.env.DAGY_API_URL ?? 'http://127.0.0.1:8000');
const PORT = Number(process.env.PORT ?? 3000);
const NEXT = { hostname: '127.0.0.1', port: PORT + 1 };
const SERVERS_OWN = /^\/(graphql|auth|api|files|artifacts|audit|export|health|webhooks|metrics)(\/|\?|$)/;

const target = (url) => (SERVERS_OWN.test(url) ? { hostname: API.hostname, port: API.port || 80 } : NEXT);

const server = createServer((incoming, outgoing) => {
  const { method, headers, url } = incoming;
  const onward = request({ ...target(url), path: url, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', (error) => {
    if (!outgoing.headersSent) outgoing.writeHead(502, { 'content-type': 'text/plain' });
    outgoing.end(`${error.message}\n`);
  });
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
});

server.on('upgrade', ({ url, rawHeaders }, socket, head) => {
  const { hostname, port } = target(url);
  const onward = connect(Number(port), hostname, () => {
    const lines = [];
    for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
    onward.write(`GET ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  for (const [one, other] of [[socket, onward], [onward, socket]]) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
});

// Not by npx, which would leave it running when it is itself told to stop.
const arguments_ = ['dev', '--hostname', NEXT.hostname, '--port', String(NEXT.port)];
const next = spawn('node_modules/.bin/next', arguments_, {
  stdio: 'inherit',
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
});
next.on('exit', (code) => process.exit(code ?? 1));

// graphql-codegen's own --watch would need a native package more.
let codegen;
function generateSoon(_event, name) {
  if (!name?.endsWith('.graphql')) return;
  clearTimeout(codegen);
  codegen = setTimeout(() => spawn('npm', ['run', '--silent', 'codegen'], { stdio: 'inherit' }), 200);
}
watch('src', { recursive: true }, generateSoon);
watch('../schema', generateSoon);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => next.kill(signal));

server.listen(PORT, '127.0.0.1', () => {
  console.log(`Pages with hot reload: http://127.0.0.1:${PORT} (server: ${API.origin})`);
});
