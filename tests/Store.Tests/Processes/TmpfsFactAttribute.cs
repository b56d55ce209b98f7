using System.Diagnostics;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>A test that needs a small file system of its own; passed over, with the reason shown, where none can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> _whyNot = new(WhyNot);

    public TmpfsFactAttribute() => Skip = RequiredTool.MustBePresent ? null : _whyNot.Value;

    private static string? WhyNot()
    {
        if (RequiredTool.Find("mount") is null) return "mount is not on this machine; this test runs on Linux alone, where util-linux brings it";
        try
        {
            using var disk = new SmallDisk(1);
            return null;
        }
        catch (IOException ex)
        {
            return $"no file system can be mounted here; run the tests as root, in a container with --cap-add SYS_ADMIN ({ex.Message})";
        }
    }
}

/// <summary>A file system in memory, of a few MiB, so that it can be full.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(int mebibytes)
    {
        try
        {
            Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", Root);
        }
        catch (IOException)
        {
            Directory.Delete(Root);
            throw;
        }
    }

    /// <summary>Its own folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("store-disk-").FullName;

    private string Ballast => Path.Combine(Root, "ballast");

    /// <summary>Takes all the room there is, but for as many bytes.</summary>
    public void Fill(long leave = 0)
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var piece = new byte[4096]; ;)
        {
            try
            {
                ballast.Write(piece);
            }
            catch (IOException)
            {
                ballast.SetLength(long.Max(0, ballast.Length - leave));
                return;
            }
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "-l", Root);
        Directory.Delete(Root);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new IOException($"{program} {string.Join(' ', arguments)}: {error.Trim()}");
    }
}
