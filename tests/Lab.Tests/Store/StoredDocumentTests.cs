using System.Text;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Lab.Commands.Store;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Lab.Tests.Store;

public sealed class StoredDocumentTests
{
    [Fact]
    public void Of_Envelope_IsYaml()
    {
        var map = new ConfigMap { Metadata = new() { Name = "a", Namespace = "default" }, Data = { ["k"] = "v" } };

        var shown = StoredDocument.Of(ByteString.CopyFrom(ProtobufCodec.Encode(map)));

        Assert.Equal("v1, Kind=ConfigMap, as protobuf", shown.Form);
        Assert.Equal("apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  creationTimestamp: null\n  name: a\n  namespace: default\n", shown.Text);
        Assert.Equal("v", shown.Fields!.Value.GetProperty("data").GetProperty("k").GetString());
    }

    [Fact]
    public void Of_EnvelopeOfAnUnknownKind_IsNamedAndDumped()
    {
        var shown = StoredDocument.Of(ByteString.CopyFrom(ProtobufCodec.Encode(new ConfigMap(), new("example.com/v1", "Widget"))));

        Assert.Equal("example.com/v1, Kind=Widget, which this build does not know, as protobuf", shown.Form);
        Assert.StartsWith("00000000  6b 38 73 00 0a 18 0a 0e 65 78 61 6d 70 6c 65 2e  k8s.....example.\n", shown.Text);
        Assert.Null(shown.Fields);
    }

    [Fact]
    public void Of_DamagedEnvelope_SaysSoAndIsDumped()
    {
        var whole = ProtobufCodec.Encode(new ConfigMap { Metadata = new() { Name = "a" } });

        var shown = StoredDocument.Of(ByteString.CopyFrom(whole[..^7]));

        Assert.StartsWith("a damaged object: ", shown.Form);
        Assert.StartsWith("00000000  6b 38 73 00 ", shown.Text);
    }

    [Theory]
    [InlineData("""{"kind":"Widget","spec":{"a":[1,2]}}""", "an object as JSON", "kind: Widget\nspec:\n  a:\n  - 1\n  - 2\n")]
    [InlineData("{broken", "text", "{broken\n")]
    [InlineData("4711", "text", "4711\n")]
    [InlineData("two\nlines\n", "text", "two\nlines\n")]
    [InlineData("", "text", "")]
    [InlineData("a\u001b[31m", "bytes", "00000000  61 1b 5b 33 31 6d                                a.[31m\n")]
    public void Of_OtherValue_IsShownAsWhatItIs(string value, string form, string text)
    {
        var shown = StoredDocument.Of(ByteString.CopyFrom(Encoding.UTF8.GetBytes(value)));

        Assert.Equal((form, text), (shown.Form, shown.Text));
    }

    [Fact]
    public void Of_NoUtf8_IsDumpedInLinesOfSixteen()
    {
        var shown = StoredDocument.Of(ByteString.CopyFrom([.. Enumerable.Range(0, 17).Select(i => (byte)(0xf0 + i))]));

        Assert.Equal(
            "00000000  f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 fa fb fc fd fe ff  ................\n" +
            "00000010  00                                               .\n", shown.Text);
    }
}
