// Speaks to a MiniK8s process with @grpc/grpc-js and no .proto file: what it calls, it learned by reflection.
// usage: node reflect.cjs HOST:PORT v1|v1alpha     prints one JSON object
const grpc = require("@grpc/grpc-js");
const { GrpcReflection } = require("grpc-js-reflection-client");

const [, , address, version] = process.argv;
const insecure = grpc.credentials.createInsecure();
const reflection = new GrpcReflection(address, insecure, {}, version);

const unary = (client, method, request) => new Promise((resolve) => {
  client[method](request, (error, answer) => resolve(error ? { code: error.code, details: error.details } : answer));
});

const firstOf = (call) => new Promise((resolve) => {
  call.on("data", (message) => { resolve(message); call.cancel(); });
  call.on("error", () => {});
});

const endOf = (call) => new Promise((resolve) => {
  call.on("data", () => {});
  call.on("error", (error) => resolve(error.code));
});

async function clientOf(service) {
  const descriptor = await reflection.getDescriptorBySymbol(service);
  const found = service.split(".").reduce((scope, name) => scope[name], descriptor.getPackageObject({ keepCase: true, enums: String, longs: String }));
  return new found(address, insecure);
}

async function main() {
  const health = await clientOf("grpc.health.v1.Health");
  const lease = await clientOf("etcdserverpb.Lease");
  const refused = await reflection.getDescriptorBySymbol("no.Such").then(() => "found", (error) => error.message);
  const result = {
    services: await reflection.listServices(),
    leaseMethods: (await reflection.listMethods("etcdserverpb.Lease")).map((method) => method.name),
    refused,
    check: await unary(health, "Check", { service: "etcdserverpb.Lease" }),
    unknown: await unary(health, "Check", { service: "nobody" }),
    watch: await firstOf(health.Watch({ service: "" })),
    grantCode: (await unary(lease, "LeaseGrant", { TTL: "5" })).code,
    deadlineCode: await endOf(lease.LeaseKeepAlive(new grpc.Metadata(), { deadline: Date.now() + 300 })),
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
