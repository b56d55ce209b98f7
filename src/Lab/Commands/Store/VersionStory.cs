using System.Text.Json;

using Google.Protobuf;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>Tells a key's versions, each by what it changed; remembers no more than the version before.</summary>
internal sealed class VersionStory
{
    private const int MostChanges = 3;

    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    private ByteString? _before;
    private bool _isFirst = true;

    public static string Heading => Line("REVISION", "VERSION", "TIME", "WHAT");

    /// <summary>The next version's line.</summary>
    public string Tell(KeyVersion version)
    {
        var (before, isFirst) = (_before, _isFirst);
        (_before, _isFirst) = (version.Written?.Value, false);
        if (version.Written is not { } written) return Line($"{version.Revision}", "-", "-", "deleted");

        var value = StoredDocument.Of(written.Value);
        var older = before is null ? null : StoredDocument.Of(before);
        FieldChange[]? changes = value.Fields is { } fields && (older is null || older.Fields is not null)
            ? [.. FieldChange.Between(older?.Fields ?? Nothing, fields).OrderBy(change => IsTime(change) ? 1 : 0)]
            : null;
        var what = (written.Version, before) switch
        {
            (1, _) => isFirst ? "created" : "created again",
            (_, null) => "as the compaction left it; what came before is gone",
            _ => changes is not null ? Tell(WithoutBookkeeping(changes)) : Tell(older!, value),
        };
        return Line($"{version.Revision}", $"{written.Version}", changes?.Max(change => change.WrittenAt) is { } at ? $"{at:yyyy-MM-ddTHH:mm:ssZ}" : "-", what);
    }

    // Who owns which field follows from the other changes, and only tells something where there are none.
    private static FieldChange[] WithoutBookkeeping(FieldChange[] changes)
    {
        FieldChange[] others = [.. changes.Where(change => change.Path != "metadata.managedFields")];
        return others.Length > 0 ? others : changes;
    }

    private static string Tell(FieldChange[] changes) => changes.Length switch
    {
        0 => "written again, unchanged",
        > MostChanges => $"{string.Join(", ", changes.Take(MostChanges))}, and {changes.Length - MostChanges} more",
        _ => string.Join<FieldChange>(", ", changes),
    };

    private static string Tell(StoredDocument before, StoredDocument after)
    {
        if (before == after) return "written again, unchanged";
        var (old, now) = (before.Text.TrimEnd('\n'), after.Text.TrimEnd('\n'));
        return (old + now).Contains('\n') ? $"{after.Form}, changed" : $"{old} -> {now}";
    }

    // Times change with everything else; the rest says more.
    private static bool IsTime(FieldChange change) => change is { After.ValueKind: JsonValueKind.String, WrittenAt: not null };

    private static string Line(string revision, string version, string time, string what) => $"{revision,-8}  {version,-7}  {time,-20}  {what}";
}
