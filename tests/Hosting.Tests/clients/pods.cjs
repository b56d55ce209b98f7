// What grpcurl would show of the apiserver: list, describe minik8s.v1.Pods, and the first event of Pods/Watch.
// usage: node pods.cjs HOST:PORT NAMESPACE     prints one JSON object
const grpc = require("@grpc/grpc-js");
const { GrpcReflection } = require("grpc-js-reflection-client");

const [, , address, namespace] = process.argv;
const insecure = grpc.credentials.createInsecure();
const reflection = new GrpcReflection(address, insecure, {}, "v1");

async function main() {
  const descriptor = await reflection.getDescriptorBySymbol("minik8s.v1.Pods");
  const Pods = descriptor.getPackageObject({ enums: String, longs: String }).minik8s.v1.Pods;
  const watch = new Pods(address, insecure).Watch({ namespace });
  const event = await new Promise((resolve, reject) => {
    watch.on("data", (message) => { resolve(message); watch.cancel(); });
    watch.on("error", reject);
  });
  const services = await reflection.listServices();
  const methods = (await reflection.listMethods("minik8s.v1.Pods")).map((method) => method.name);
  console.log(JSON.stringify({ services, methods, event }));
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
