using System.CommandLine;

namespace MiniK8s.Lab.Commands.Store;

/// <summary><c>mk8s store history KEY</c>: every version since the last compaction, oldest first. Exit code 1 when there is none.</summary>
internal static class HistoryCommand
{
    public static Command Create(TimeProvider time)
    {
        var arguments = new StoreArguments();
        return arguments.ToCommand(
            "history", "Print every version of a key since the last compaction, deletions included, and what each changed; TIME is the newest time that it wrote", time,
            (parsed, store, ct) => PrintAsync(store, StoredKey.Parse(parsed.GetValue(arguments.Key)!).One(), parsed.InvocationConfiguration, ct));
    }

    private static async Task<int> PrintAsync(StoreReader store, StoredKey key, InvocationConfiguration terminal, CancellationToken ct)
    {
        var (story, isEmpty) = (new VersionStory(), true);
        await foreach (var version in store.HistoryAsync(key.Bytes, ct))
        {
            if (isEmpty) await terminal.Output.WriteLineAsync(VersionStory.Heading);
            isEmpty = false;
            await terminal.Output.WriteLineAsync(story.Tell(version));
        }
        if (!isEmpty) return 0;
        await terminal.Error.WriteLineAsync($"There is no {key.Text} in the store at {store.Address}, nor any trace of it since the last compaction");
        return 1;
    }
}
