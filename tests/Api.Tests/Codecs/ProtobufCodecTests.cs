using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.Codecs;

public sealed class ProtobufCodecTests
{
    [Fact]
    public void Encode_ConfigMap_HasTheBytesOfTheRealEnvelope()
    {
        var map = new ConfigMap { Metadata = new ObjectMeta { Name = "c" } };

        var bytes = ProtobufCodec.Encode(map);

        Assert.Equal("6b3873000a0f0a0276311209436f6e6669674d617012050a030a01631a002200", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Decode_UnknownFields_AreKept()
    {
        var bytes = new ConfigMap { Metadata = new ObjectMeta { Name = "c" } }.ToByteArray().Concat(new byte[] { 0xA2, 0x06, 0x01, 0x61 }).ToArray();
        var kind = ApiKinds.Of<ConfigMap>();
        var document = ProtobufCodec.Encode(kind.Parse(bytes));

        var decoded = ProtobufCodec.DecodeStored(document, kind);

        Assert.Equal(bytes, decoded.ToByteArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("7b7d")]
    [InlineData("6b3873000aff")]
    [InlineData("6b38730012020a7f")]
    public void Decode_Damaged_IsRefused(string hex)
    {
        Assert.Throws<CodecException>(() => ProtobufCodec.Decode(Convert.FromHexString(hex), ConfigMap.Descriptor));
    }

    [Fact]
    public void Decode_GoZeroTime_IsUnset()
    {
        var pod = new Pod { Metadata = new ObjectMeta { Name = "p", CreationTimestamp = new() } };

        var decoded = (Pod)ProtobufCodec.Decode(ProtobufCodec.Encode(pod), Pod.Descriptor).Message;

        Assert.Null(decoded.Metadata.CreationTimestamp);
        Assert.NotNull(decoded.Spec);
    }
}
