using Google.Protobuf;

using MiniK8s.Lab.Commands.Store;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Tests.Store;

public sealed class StoredKeyTests
{
    [Theory]
    [InlineData("/registry/pods/team/a", "/registry/pods/team/a")]
    [InlineData("compact_rev_key", "compact_rev_key")]
    [InlineData("widgets/a", "widgets/a")]
    [InlineData("pod/a", "/registry/pods/default/a")]
    [InlineData("po/a", "/registry/pods/default/a")]
    [InlineData("pods/team/a", "/registry/pods/team/a")]
    [InlineData("node/node-1", "/registry/minions/node-1")]
    [InlineData("svc/web", "/registry/services/specs/default/web")]
    [InlineData("leases.coordination.k8s.io/kube-node-lease/node-1", "/registry/leases/kube-node-lease/node-1")]
    [InlineData("pods/", "/registry/pods/")]
    [InlineData("pods/team/", "/registry/pods/team/")]
    public void Parse_ShortAndStoredForms_AreTheStoresKeys(string written, string key) => Assert.Equal(key, StoredKey.Parse(written).Text);

    [Theory]
    [InlineData("pods")]
    [InlineData("pods/a/b/c")]
    [InlineData("nodes/default/node-1")]
    [InlineData("pods//a")]
    public void Parse_KnownResourceInNoKnownForm_SaysWhatItsKeysAre(string written)
    {
        var refusal = Assert.Throws<LabException>(() => StoredKey.Parse(written));

        Assert.StartsWith($"{written} is no key: ", refusal.Message);
    }

    [Fact]
    public void One_KeyForMany_IsRefused() => Assert.Throws<LabException>(() => StoredKey.Parse("pods/").One());

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'/', (byte)'b' }, "a/b")]
    [InlineData(new byte[] { (byte)'a', 0 }, "0x6100")]
    [InlineData(new byte[] { 0xff }, "0xff")]
    public void Show_Key_IsSafeOnATerminal(byte[] key, string shown) => Assert.Equal(shown, StoredKey.Show(ByteString.CopyFrom(key)));
}
