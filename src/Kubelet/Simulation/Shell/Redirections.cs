using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>What the redirections of a command do to descriptors: the shell's own, for as long as the command runs, or a new process's [POSIX XCU 2.7].</summary>
internal sealed class Redirections(SimProcess self, ShellState state, Expansion expansion)
{
    /// <summary>Redirects the shell itself; answers what its descriptors were, to be put back.</summary>
    /// <exception cref="ShellError">One of them failed; all is as before.</exception>
    public async ValueTask<List<(int Number, OpenFile? Old)>> ReplaceAsync(IReadOnlyList<Redirection> redirections)
    {
        var saved = new List<(int, OpenFile?)>();
        foreach (var redirection in redirections)
            saved.Add((redirection.Number, self.Descriptors.IsOpen(redirection.Number) ? self.Descriptors[redirection.Number].Retain() : null));
        try
        {
            await ApplyAsync(self.Descriptors, redirections);
            return saved;
        }
        catch (ShellError)
        {
            Restore(saved);
            throw;
        }
    }

    /// <summary>Puts the shell's own back, the last one first; a program that takes the shell's place has what the shell has.</summary>
    public void Restore(List<(int Number, OpenFile? Old)> saved)
    {
        for (var i = saved.Count - 1; i >= 0; i--)
        {
            if (self.IsBecomingAnother) saved[i].Old?.Release();
            else if (saved[i].Old is { } old) self.Descriptors.Set(saved[i].Number, old);
            else self.Descriptors.Close(saved[i].Number);
        }
    }

    /// <summary>In their order, each seeing what those before it did.</summary>
    /// <exception cref="ShellError">One of them failed; those before it are done.</exception>
    public async ValueTask ApplyAsync(DescriptorTable descriptors, IReadOnlyList<Redirection> redirections)
    {
        foreach (var redirection in redirections)
        {
            var target = await expansion.TextAsync(redirection.Target);
            switch (redirection.Kind)
            {
                case RedirectionKind.HereDocument:
                    descriptors.Set(redirection.Number, new ContentFile(Encoding.UTF8.GetBytes(target)));
                    break;
                case RedirectionKind.Duplicate when target == "-":
                    descriptors.Close(redirection.Number);
                    break;
                case RedirectionKind.Duplicate:
                    Duplicate(descriptors, redirection.Number, target);
                    break;
                default:
                    descriptors.Set(redirection.Number, Open(redirection.Kind, target));
                    break;
            }
        }
    }

    private void Duplicate(DescriptorTable descriptors, int number, string target)
    {
        if (!int.TryParse(target, out var source))
        {
            // ">& file" is bash's way of sending both streams to a file.
            var file = Open(RedirectionKind.Output, target);
            descriptors.Set(1, file.Retain());
            descriptors.Set(2, file);
            return;
        }
        if (!descriptors.IsOpen(source)) throw new ShellError($"{source}: Bad file descriptor", 2);
        descriptors.Set(number, descriptors[source].Retain());
    }

    private OpenFile Open(RedirectionKind kind, string path)
    {
        try
        {
            if (kind == RedirectionKind.Output && state.NoClobber && self.Files.Find(path) is RegularFile) throw FileError.Exists;
            return kind switch
            {
                RedirectionKind.Input => self.Files.OpenRead(path),
                RedirectionKind.ReadWrite => self.Files.OpenReadWrite(path),
                _ => self.Files.OpenWrite(path, kind == RedirectionKind.Append),
            };
        }
        catch (FileError error)
        {
            var isMissing = error.Message == FileError.NotFound.Message || (kind != RedirectionKind.Input && error.Message == FileError.NotDirectory.Message);
            throw kind == RedirectionKind.Input
                ? new ShellError($"can't open {path}: {(isMissing ? "no such file" : error.Message)}", 1)
                : new ShellError($"can't create {path}: {(isMissing ? "nonexistent directory" : error.Message)}", 1);
        }
    }
}
