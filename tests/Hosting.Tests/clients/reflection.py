"""gRPC server reflection with grpcio and no generated code: everything known of a server was asked from it."""
import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Field = descriptor_pb2.FieldDescriptorProto


def _message(file, name, *fields):
    """Adds a message to a file; a field is (name, number, type or message name, repeated)."""
    added = file.message_type.add(name=name)
    for field, number, kind, repeated in fields:
        label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
        if isinstance(kind, str):
            added.field.add(name=field, number=number, type=Field.TYPE_MESSAGE, type_name="." + file.package + "." + kind, label=label)
        else:
            added.field.add(name=field, number=number, type=kind, label=label)


def _classes(pool, *names):
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(name)) for name in names]


# The reflection messages, as far as they are used here, from the published protocol.
_protocol = descriptor_pb2.FileDescriptorProto(name="r.proto", package="r", syntax="proto2")
_message(_protocol, "Request", ("file_containing_symbol", 4, Field.TYPE_STRING, False), ("list_services", 7, Field.TYPE_STRING, False))
_message(_protocol, "Files", ("file", 1, Field.TYPE_BYTES, True))
_message(_protocol, "Service", ("name", 1, Field.TYPE_STRING, False))
_message(_protocol, "Services", ("service", 1, "Service", True))
_message(_protocol, "Error", ("code", 1, Field.TYPE_INT32, False), ("text", 2, Field.TYPE_STRING, False))
_message(_protocol, "Response", ("files", 4, "Files", False), ("services", 6, "Services", False), ("error", 7, "Error", False))
_own = descriptor_pool.DescriptorPool()
_own.Add(_protocol)
_Request, _Response = _classes(_own, "r.Request", "r.Response")


class Server:
    """A server as reflection shows it: its services, and a pool with all their types."""

    def __init__(self, address, version):
        self.channel = grpc.insecure_channel(address)
        ask = self.channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            request_serializer=_Request.SerializeToString, response_deserializer=_Response.FromString)
        self.services = [service.name for service in next(ask(iter([_Request(list_services="*")]))).services.service]
        # One stream, several questions; what is not there is an answer, not the end.
        answers = list(ask(iter([_Request(file_containing_symbol=name) for name in ["no.Such", *self.services]])))
        self.refused = [answers[0].error.code, answers[0].error.text]
        self.pool = descriptor_pool.DescriptorPool()
        self._files = {}
        for answer in answers[1:]:
            for data in answer.files.file:
                file = descriptor_pb2.FileDescriptorProto.FromString(data)
                self._files[file.name] = file
        for name in list(self._files):
            self._add(name)

    def _add(self, name):
        if name in self._files:
            file = self._files.pop(name)
            for dependency in file.dependency:
                self._add(dependency)
            self.pool.Add(file)

    def classes(self, *names):
        return _classes(self.pool, *names)

    def methods(self, service):
        return [method.name for method in self.pool.FindServiceByName(service).methods]
