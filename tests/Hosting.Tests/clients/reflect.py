"""Speaks to a MiniK8s process with grpcio and no generated code: all it knows of the server it asked by reflection.

usage: python3 reflect.py HOST:PORT v1|v1alpha     prints one JSON object
"""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

address, version = sys.argv[1], sys.argv[2]
channel = grpc.insecure_channel(address)
Field = descriptor_pb2.FieldDescriptorProto


def message(file, name, *fields):
    """Adds a message to a file; a field is (name, number, type or message name, repeated)."""
    added = file.message_type.add(name=name)
    for field, number, kind, repeated in fields:
        label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
        if isinstance(kind, str):
            added.field.add(name=field, number=number, type=Field.TYPE_MESSAGE, type_name="." + file.package + "." + kind, label=label)
        else:
            added.field.add(name=field, number=number, type=kind, label=label)


def classes(pool, *names):
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(name)) for name in names]


# The reflection messages, as far as they are used here, from the published protocol.
protocol = descriptor_pb2.FileDescriptorProto(name="r.proto", package="r", syntax="proto2")
message(protocol, "Request", ("file_containing_symbol", 4, Field.TYPE_STRING, False), ("list_services", 7, Field.TYPE_STRING, False))
message(protocol, "Files", ("file", 1, Field.TYPE_BYTES, True))
message(protocol, "Service", ("name", 1, Field.TYPE_STRING, False))
message(protocol, "Services", ("service", 1, "Service", True))
message(protocol, "Error", ("code", 1, Field.TYPE_INT32, False), ("text", 2, Field.TYPE_STRING, False))
message(protocol, "Response", ("files", 4, "Files", False), ("services", 6, "Services", False), ("error", 7, "Error", False))
own = descriptor_pool.DescriptorPool()
own.Add(protocol)
Request, Response = classes(own, "r.Request", "r.Response")

ask = channel.stream_stream(
    f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
    request_serializer=Request.SerializeToString, response_deserializer=Response.FromString)

services = [service.name for service in next(ask(iter([Request(list_services="*")]))).services.service]

# One stream, several questions; what is not there is an answer, not the end.
server = descriptor_pool.DescriptorPool()
files = {}
answers = list(ask(iter([Request(file_containing_symbol=name) for name in ["no.Such", *services]])))
for answer in answers[1:]:
    for data in answer.files.file:
        file = descriptor_pb2.FileDescriptorProto.FromString(data)
        files[file.name] = file


def add(name):
    if name in files:
        file = files.pop(name)
        for dependency in file.dependency:
            add(dependency)
        server.Add(file)


for name in list(files):
    add(name)


def code_of(call):
    try:
        return list(call)
    except grpc.RpcError as error:
        return error.code().name


CheckRequest, CheckResponse, KeepAliveRequest, KeepAliveResponse = classes(
    server, "grpc.health.v1.HealthCheckRequest", "grpc.health.v1.HealthCheckResponse",
    "etcdserverpb.LeaseKeepAliveRequest", "etcdserverpb.LeaseKeepAliveResponse")
check = channel.unary_unary("/grpc.health.v1.Health/Check", CheckRequest.SerializeToString, CheckResponse.FromString)
watch = channel.unary_stream("/grpc.health.v1.Health/Watch", CheckRequest.SerializeToString, CheckResponse.FromString)
keep_alive = channel.stream_stream("/etcdserverpb.Lease/LeaseKeepAlive", KeepAliveRequest.SerializeToString, KeepAliveResponse.FromString)

try:
    check(CheckRequest(service="nobody"))
    unknown = "answered"
except grpc.RpcError as error:
    unknown = [error.code().name, error.details()]

watching = watch(CheckRequest(service=""))
print(json.dumps({
    "services": services,
    "refused": [answers[0].error.code, answers[0].error.text],
    "leaseMethods": [method.name for method in server.FindServiceByName("etcdserverpb.Lease").methods],
    "check": check(CheckRequest(service="etcdserverpb.Lease")).status,
    "unknown": unknown,
    "watch": next(watching).status,
    "deadline": code_of(keep_alive(iter([]), timeout=0.3)),
}))
watching.cancel()
