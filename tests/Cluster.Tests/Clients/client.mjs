// What the scenes share: a client of the cluster that KUBECONFIG names, and a bound on every wait.
import * as k8s from '@kubernetes/client-node';

export { k8s };
export const namespace = process.argv[2];
export const config = new k8s.KubeConfig();
config.loadFromDefault();
export const core = config.makeApiClient(k8s.CoreV1Api);

/** A Pod of one container that stays. */
export const pod = (name, labels = {}) => ({
  metadata: { name, labels },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'echo started; sleep 1000'] }] },
});

/** The promise, or an error that names what was missing. */
export const within = (promise, what, seconds = 60) => Promise.race([
  promise,
  new Promise((_, reject) => setTimeout(() => reject(new Error(`missing after ${seconds} s: ${what}`)), seconds * 1000).unref()),
]);

/** The code and reason of the refusal that the call must meet. */
export async function refusal(call) {
  try {
    await call;
  } catch (error) {
    const status = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
    return { code: error.code, reason: status.reason, message: status.message };
  }
  throw new Error('the call was not refused');
}

/** A queue of what a callback is called with. */
export function inbox() {
  const waiting = [], takers = [];
  return {
    put: item => takers.length > 0 ? takers.shift()(item) : waiting.push(item),
    take: what => within(waiting.length > 0 ? Promise.resolve(waiting.shift()) : new Promise(resolve => takers.push(resolve)), what),
  };
}

/** Ends the scene: its findings as JSON, and no open connection keeps the process. */
export function finish(findings) {
  process.stdout.write(JSON.stringify(findings), () => process.exit(0));
}
