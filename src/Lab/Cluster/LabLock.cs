using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Cluster;

/// <summary>One lab per folder: a file held open, which the operating system lets go of however the lab ends.</summary>
internal sealed class LabLock : IDisposable
{
    private readonly FileStream _file;

    private LabLock(FileStream file) => _file = file;

    /// <exception cref="LabException">Another lab holds it.</exception>
    public static LabLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new LabLock(new FileStream(Path.Combine(folder, "lab.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new LabException($"A lab already runs in {folder}: stop it with `mk8s down --data {folder}`, or choose another folder with --data");
        }
    }

    public void Dispose() => _file.Dispose();
}
