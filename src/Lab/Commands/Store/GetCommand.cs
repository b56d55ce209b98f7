using System.CommandLine;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Lab.Commands.Store;

/// <summary><c>mk8s store get KEY [--rev N]</c>: an object as it is stored, or with a KEY that ends in "/" the keys below it. Exit code 1 when there is none.</summary>
internal static class GetCommand
{
    public static Command Create(TimeProvider time)
    {
        var arguments = new StoreArguments();
        var command = arguments.ToCommand(
            "get", "Print what a key holds, as YAML with its revisions; a KEY that ends with / lists the keys that begin so", time,
            (parsed, store, ct) =>
            {
                var key = StoredKey.Parse(parsed.GetValue(arguments.Key)!);
                var revision = parsed.GetValue(arguments.Revision) ?? 0;
                return key.IsPrefix ? ListAsync(store, key, revision, parsed.InvocationConfiguration, ct) : PrintAsync(store, key, revision, parsed.InvocationConfiguration, ct);
            });
        command.Add(arguments.Revision);
        return command;
    }

    /// <summary>The object under a heading of comments.</summary>
    public static string Render(KeyValue kv)
    {
        var value = StoredDocument.Of(kv.Value);
        return $"""
            # key:             {StoredKey.Show(kv.Key)}
            # create_revision: {kv.CreateRevision}
            # mod_revision:    {kv.ModRevision} (its resourceVersion)
            # version:         {kv.Version} (writes since it was created)
            # lease:           {(kv.Lease == 0 ? "none" : $"{kv.Lease:x}")}
            # value:           {value.Form}, {kv.Value.Length} bytes

            """ + value.Text;
    }

    private static async Task<int> PrintAsync(StoreReader store, StoredKey key, long revision, InvocationConfiguration terminal, CancellationToken ct)
    {
        if (await store.GetAsync(key.Bytes, revision, ct) is { } kv)
        {
            await terminal.Output.WriteAsync(Render(kv).AsMemory(), ct);
            return 0;
        }
        await terminal.Error.WriteLineAsync(
            $"There is no {key.Text} in the store at {store.Address}{(revision > 0 ? $" at revision {revision}" : "")}; `mk8s store history` shows whether there was");
        return 1;
    }

    private static async Task<int> ListAsync(StoreReader store, StoredKey prefix, long revision, InvocationConfiguration terminal, CancellationToken ct)
    {
        var isEmpty = true;
        await foreach (var kv in store.ListAsync(prefix.Bytes, revision, ct))
        {
            if (isEmpty) await terminal.Output.WriteLineAsync("MOD_REVISION  VERSION  KEY");
            isEmpty = false;
            await terminal.Output.WriteLineAsync($"{kv.ModRevision,-12}  {kv.Version,-7}  {StoredKey.Show(kv.Key)}");
        }
        if (!isEmpty) return 0;
        await terminal.Error.WriteLineAsync($"No key in the store at {store.Address} begins with {prefix.Text}");
        return 1;
    }
}
