"""What grpcurl would show of the apiserver: list, describe minik8s.v1.Pods, and the first event of Pods/Watch.

usage: python3 pods.py HOST:PORT NAMESPACE     prints one JSON object
"""
import json
import sys

from google.protobuf import json_format

from reflection import Server

server = Server(sys.argv[1], "v1")
WatchRequest, PodWatchEvent = server.classes("minik8s.v1.WatchRequest", "minik8s.v1.PodWatchEvent")
watch = server.channel.unary_stream("/minik8s.v1.Pods/Watch", WatchRequest.SerializeToString, PodWatchEvent.FromString)
watching = watch(WatchRequest(namespace=sys.argv[2]))
event = next(watching)
watching.cancel()
print(json.dumps({
    "services": server.services,
    "methods": server.methods("minik8s.v1.Pods"),
    "event": json_format.MessageToDict(event, descriptor_pool=server.pool),
}))
