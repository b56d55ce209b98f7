using System.CommandLine;

namespace MiniK8s.Lab.Commands.Store;

/// <summary><c>mk8s store …</c>: looks into a store, ours or a real etcd, past every apiserver.</summary>
internal static class StoreCommand
{
    public static Command Create(TimeProvider time) =>
        new("store", "Look into the store: objects as they are kept, with their revisions")
        {
            GetCommand.Create(time),
            HistoryCommand.Create(time),
            DiffCommand.Create(time),
            RestoreCommand.Create(),
        };
}
