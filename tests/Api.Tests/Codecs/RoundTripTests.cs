using System.Text;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.Codecs;

public sealed class RoundTripTests
{
    public static TheoryData<string> Kinds => [.. ApiKinds.All.Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnyObject_ThroughEveryEncoding_ComesBackEqual(string name)
    {
        var kind = ApiKinds.All.Single(k => k.Kind == name);
        for (var seed = 0; seed < 60; seed++)
        {
            var message = new RandomMessages(seed).Next(kind.Descriptor);
            foreach (var encoding in Enum.GetValues<ApiEncoding>())
            {
                var bytes = ApiCodec.Encode(message, encoding);

                var decoded = ApiCodec.Decode(bytes, encoding, kind.Descriptor);

                Assert.True(message.Equals(decoded.Message), $"seed {seed}, {encoding}: {Encoding.UTF8.GetString(bytes)}\n{message}\n{decoded.Message}");
                Assert.Equal(kind.TypeMeta, decoded.TypeMeta);
                Assert.Empty(decoded.StrictErrors);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnyList_ThroughEveryEncoding_ComesBackEqual(string name)
    {
        var kind = ApiKinds.All.Single(k => k.Kind == name);
        var items = Enumerable.Range(0, 3).Select(seed => (MiniK8s.Protocol.IApiObject)new RandomMessages(seed).Next(kind.Descriptor));
        var list = kind.NewList(new ListMeta { ResourceVersion = "7", RemainingItemCount = 0 }, items);

        foreach (var encoding in Enum.GetValues<ApiEncoding>())
        {
            var decoded = ApiCodec.Decode(ApiCodec.Encode(list, encoding), encoding, kind.ListDescriptor);

            Assert.Equal(list, decoded.Message);
            Assert.Equal(kind.ListTypeMeta, decoded.TypeMeta);
        }
    }
}
