using Google.Protobuf;
using Google.Protobuf.Reflection;

using Grpc.Core;

using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Services;

/// <summary>Messages to bytes and back, knowing only their descriptors.</summary>
internal static class Marshallers
{
    /// <summary>Any message of one type.</summary>
    public static Marshaller<IMessage> Of(MessageDescriptor type) => new(
        static (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context =>
        {
            try
            {
                return type.Parser.ParseFrom(context.PayloadAsReadOnlySequence());
            }
            catch (InvalidProtocolBufferException ex)
            {
                throw Refusals.Of(StatusErrors.BadRequest($"the request is no {type.FullName}: {ex.Message}"));
            }
        });
}
