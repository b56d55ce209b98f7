using System.CommandLine;

using MiniK8s.Store.Snapshots;

namespace MiniK8s.Lab.Commands.Store;

/// <summary><c>mk8s store restore FILE --data-dir DIR</c>: a new data directory out of what `etcdctl snapshot save` took. Exit code 1 when refused.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A snapshot of this store, as `etcdctl snapshot save` writes it" };
        var directory = new Option<string>("--data-dir") { Description = "The directory to make; it must be empty or not exist", Required = true };
        var command = new Command("restore", "Make a data directory for a store out of a snapshot") { file, directory };
        command.SetAction(parsed =>
        {
            try
            {
                Console.WriteLine(SnapshotRestore.Into(parsed.GetValue(file)!, parsed.GetValue(directory)!) + "; start a store on it with --data-dir");
                return 0;
            }
            catch (Exception ex) when (ex is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(ex.Message);
                return 1;
            }
        });
        return command;
    }
}
