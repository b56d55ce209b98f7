using Google.Protobuf;

using MiniK8s.Lab.Commands.Store;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Lab.Tests.Store;

public sealed class VersionStoryTests
{
    [Fact]
    public void Tell_OneLifeAndTheNext_SaysWhatEachVersionChanged()
    {
        string[] told = Tell(
            Put(10, 1, """{"metadata":{"creationTimestamp":"2030-01-01T12:00:00Z"},"status":{"phase":"Pending"}}"""),
            Put(12, 2, """{"metadata":{"creationTimestamp":"2030-01-01T12:00:00Z"},"spec":{"nodeName":"n1"},"status":{"phase":"Pending"}}"""),
            Put(13, 3, """{"metadata":{"creationTimestamp":"2030-01-01T12:00:00Z"},"spec":{"nodeName":"n1"},"status":{"startTime":"2030-01-01T12:00:09.5Z","phase":"Running"}}"""),
            Put(14, 4, """{"metadata":{"creationTimestamp":"2030-01-01T12:00:00Z"},"spec":{"nodeName":"n1"},"status":{"startTime":"2030-01-01T12:00:09.5Z","phase":"Running"}}"""),
            new KeyVersion(20, null),
            Put(21, 1, """{"status":{"phase":"Pending"}}"""));

        Assert.Equal(
        [
            "10        1        2030-01-01T12:00:00Z  created",
            "12        2        -                     +spec",
            "13        3        2030-01-01T12:00:09Z  status.phase: Pending -> Running, status.startTime = 2030-01-01T12:00:09.5Z",
            "14        4        -                     written again, unchanged",
            "20        -        -                     deleted",
            "21        1        -                     created again",
        ], told);
    }

    [Fact]
    public void Tell_HistoryThatBeginsAtACompaction_DoesNotCallItACreation() =>
        Assert.Equal(["10        7        -                     as the compaction left it; what came before is gone"], Tell(Put(10, 7, "{}")));

    [Fact]
    public void Tell_TextOrBytes_AreComparedAsWhole()
    {
        string[] told = Tell(Put(10, 1, "3"), Put(11, 2, "4"), Put(12, 3, "4"), Put(13, 4, "\0"), Put(14, 5, "a\nb"));

        Assert.Equal(
        [
            "created", "3 -> 4", "written again, unchanged", "4 -> 00000000  00                                               .", "text, changed",
        ], told.Select(line => line[41..]));
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""", "a: 1 -> 2")]
    [InlineData("""{"a":1}""", """{}""", "-a")]
    [InlineData("""{}""", """{"a":{"b":1}}""", "+a")]
    [InlineData("""{"a":[1]}""", """{"a":[1,2]}""", "a changed")]
    [InlineData("""{"a":[{"type":"Ready","status":"False"}]}""", """{"a":[{"type":"Ready","status":"True"}]}""", "a[Ready].status: False -> True")]
    [InlineData("""{"a":[{"name":"x"}]}""", """{"a":[{"name":"y"},{"name":"x"}]}""", "+a[y]")]
    [InlineData("""{"a":[{"name":"x"},{"name":"x"}]}""", """{"a":[{"name":"x"}]}""", "a changed")]
    [InlineData("""{"a":1,"b":1,"c":1,"d":1}""", """{"a":2,"b":2,"c":2,"d":2}""", "a: 1 -> 2, b: 1 -> 2, c: 1 -> 2, and 1 more")]
    [InlineData("""{"a":"x"}""", """{"a":"0123456789012345678901234567890123456789012"}""", "a: x -> 0123456789012345678901234567890123456789...")]
    [InlineData("""{"a":"x"}""", """{"a":"y\u001b\n"}""", "a: x -> y  ")]
    [InlineData("""{"metadata":{}}""", """{"metadata":{"deletionTimestamp":"2030-01-01T12:00:30Z"}}""", "metadata.deletionTimestamp = 2030-01-01T12:00:30Z")]
    [InlineData("""{"metadata":{"managedFields":[{"manager":"x"}]},"a":1}""", """{"metadata":{"managedFields":[{"manager":"y"}]},"a":2}""", "a: 1 -> 2")]
    [InlineData("""{"metadata":{"managedFields":[{"manager":"x"}]}}""", """{"metadata":{"managedFields":[{"manager":"y"}]}}""", "metadata.managedFields changed")]
    public void Tell_OneChange_IsNamedByItsField(string before, string after, string change) =>
        Assert.Equal($"11        2        -                     {change}", Tell(Put(10, 1, before), Put(11, 2, after))[1]);

    private static string[] Tell(params KeyVersion[] versions)
    {
        var story = new VersionStory();
        return [.. versions.Select(story.Tell)];
    }

    private static KeyVersion Put(long revision, long version, string value) =>
        new(revision, new KeyValue { ModRevision = revision, Version = version, Value = ByteString.CopyFromUtf8(value) });
}
