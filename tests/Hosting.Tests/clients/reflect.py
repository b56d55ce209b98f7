"""Speaks to a MiniK8s process with grpcio and no generated code: all it knows of the server it asked by reflection.

usage: python3 reflect.py HOST:PORT v1|v1alpha     prints one JSON object
"""
import json
import sys

import grpc

from reflection import Server

server = Server(sys.argv[1], sys.argv[2])
channel = server.channel


def code_of(call):
    try:
        return list(call)
    except grpc.RpcError as error:
        return error.code().name


CheckRequest, CheckResponse, KeepAliveRequest, KeepAliveResponse = server.classes(
    "grpc.health.v1.HealthCheckRequest", "grpc.health.v1.HealthCheckResponse",
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
    "services": server.services,
    "refused": server.refused,
    "leaseMethods": server.methods("etcdserverpb.Lease"),
    "check": check(CheckRequest(service="etcdserverpb.Lease")).status,
    "unknown": unknown,
    "watch": next(watching).status,
    "deadline": code_of(keep_alive(iter([]), timeout=0.3)),
}))
watching.cancel()
