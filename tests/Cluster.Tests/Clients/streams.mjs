// exec, attach and port-forward over WebSocket.
import http from 'node:http';
import net from 'node:net';
import { PassThrough, Readable, Writable } from 'node:stream';
import { config, core, finish, k8s, namespace, pod, within } from './client.mjs';

await core.createNamespacedPod({ namespace, body: { ...pod('talks'), spec: { ...pod('talks').spec, containers: [{ name: 'main', image: 'busybox', stdin: true, command: ['cat'] }] } } });
await core.createNamespacedPod({ namespace, body: { ...pod('web'), spec: { ...pod('web').spec, containers: [{ name: 'main', image: 'nginx' }] } } });
await Promise.all(['talks', 'web'].map(running));

const exec = new k8s.Exec(config);
const plain = await run(['sh', '-c', 'echo out; echo err >&2']);
const failing = await run(['sh', '-c', 'exit 3']);
const fed = await run(['cat'], 'from\nstdin\n');
const unknown = await run(['no-such-program']);
const absent = await run(['true'], undefined, 'nobody').catch(error => ({ refused: error.message }));

const typed = new PassThrough(), echoed = sink();
const attached = await new k8s.Attach(config).attach(namespace, 'talks', 'main', echoed.stream, null, typed, false);
typed.write('hello\n');
await within(echoed.until('hello\n'), 'what cat gives back');
attached.close();

const forward = new k8s.PortForward(config);
const server = net.createServer(socket => forward.portForward(namespace, 'web', [80], socket, null, socket));
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const page = await within(get(server.address().port), 'an answer through the forwarded port');

finish({ plain, failing, fed, unknown, absent, attached: echoed.text(), page });

async function running(name) {
  for (; ;) {
    const { status } = await core.readNamespacedPod({ namespace, name });
    if (status.phase === 'Running') return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** What a command gives: both outputs and the Status that ends it. */
async function run(command, input, name = 'talks') {
  const out = sink(), err = sink();
  const status = await within(new Promise((resolve, reject) => {
    const stdin = input === undefined ? null : Readable.from([Buffer.from(input)]);
    exec.exec(namespace, name, 'main', command, out.stream, err.stream, stdin, false, resolve).catch(reject);
  }), `the end of ${command.join(' ')}`);
  return {
    out: out.text(), err: err.text(), status: status.status, reason: status.reason ?? '', message: status.message ?? '',
    exitCode: status.details?.causes?.find(cause => cause.reason === 'ExitCode')?.message ?? '',
  };
}

/** A stream that keeps what is written to it. */
function sink() {
  let text = '', waiting = () => { };
  const stream = new Writable({ write(chunk, _, done) { text += chunk; waiting(); done(); } });
  return {
    stream,
    text: () => text,
    until: part => new Promise(resolve => {
      waiting = () => text.includes(part) && resolve();
      waiting();
    }),
  };
}

function get(port) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path: '/', agent: false }, answer => {
      let body = '';
      answer.on('data', bytes => body += bytes).on('end', () => resolve({ code: answer.statusCode, title: /<title>(.*)<\/title>/.exec(body)?.[1] ?? '' }));
    }).on('error', reject);
  });
}
