using System.CommandLine;

using MiniK8s.Protocol.Etcd;

using Spectre.Console;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>
/// <c>mk8s store diff KEY [--rev N]</c>: what the version at revision N (by default the newest) changed, as a unified diff against the one
/// before. A creation is all new lines; a deletion, if it happened at N itself, all old ones. Exit code 1 when there is nothing at N.
/// </summary>
internal static class DiffCommand
{
    public static Command Create(TimeProvider time)
    {
        var arguments = new StoreArguments();
        var command = arguments.ToCommand(
            "diff", "Print what the version at --rev, or the newest, changed against the version before", time,
            (parsed, store, ct) => PrintAsync(
                store, StoredKey.Parse(parsed.GetValue(arguments.Key)!).One(), parsed.GetValue(arguments.Revision) ?? store.Revision, parsed.InvocationConfiguration, ct));
        command.Add(arguments.Revision);
        return command;
    }

    private static async Task<int> PrintAsync(StoreReader store, StoredKey key, long revision, InvocationConfiguration terminal, CancellationToken ct)
    {
        var after = await store.GetAsync(key.Bytes, revision, ct);
        var changedAt = after?.ModRevision ?? revision;
        var before = await BeforeAsync(store, key, changedAt, ct);
        if (after is null && before is null)
        {
            await terminal.Error.WriteLineAsync(
                $"There is no {key.Text} in the store at {store.Address} at revision {revision}; `mk8s store history {key.Text}` shows when there was");
            return 1;
        }
        if (after is not null && before?.Value == after.Value) await terminal.Error.WriteLineAsync($"Revision {changedAt} wrote the same again");
        foreach (var line in UnifiedDiff.Of(Name(key, before, changedAt - 1), Text(before), Name(key, after, changedAt), Text(after)))
        {
            await terminal.Output.WriteLineAsync(Coloured(line, terminal));
        }
        return 0;
    }

    // Revision 1 is the empty store.
    private static async Task<KeyValue?> BeforeAsync(StoreReader store, StoredKey key, long revision, CancellationToken ct) =>
        revision <= 1 ? null : await store.GetAsync(key.Bytes, revision - 1, ct);

    private static string Text(KeyValue? kv) => kv is null ? "" : StoredDocument.Of(kv.Value).Text;

    private static string Name(StoredKey key, KeyValue? kv, long revision) =>
        kv is null ? $"{key.Text} not there at revision {revision}" : $"{key.Text} revision {kv.ModRevision} version {kv.Version}";

    // Plain text unless a terminal that knows colours is there to show them.
    private static string Coloured(string line, InvocationConfiguration terminal)
    {
        var colour = line[0] switch { '+' => "32", '-' => "31", '@' => "36", _ => null };
        return terminal.Output == Console.Out && colour is not null && AnsiConsole.Profile.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors } ? $"\e[{colour}m{line}\e[0m" : line;
    }
}
