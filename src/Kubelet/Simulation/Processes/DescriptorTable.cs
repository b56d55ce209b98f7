using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>A process's file descriptors. Used by its own process only, save for the copy at its birth.</summary>
internal sealed class DescriptorTable
{
    private readonly SortedList<int, OpenFile> _files = [];

    /// <summary>Takes over the three references.</summary>
    public DescriptorTable(OpenFile stdin, OpenFile stdout, OpenFile stderr)
    {
        _files[0] = stdin;
        _files[1] = stdout;
        _files[2] = stderr;
    }

    private DescriptorTable()
    {
    }

    public OpenFile this[int number] => _files.TryGetValue(number, out var file) ? file : throw FileError.BadDescriptor;

    public bool IsOpen(int number) => _files.ContainsKey(number);

    /// <summary>Takes over the reference, and lets go of what was there.</summary>
    public void Set(int number, OpenFile file)
    {
        _files.TryGetValue(number, out var old);
        _files[number] = file;
        old?.Release();
    }

    public void Close(int number)
    {
        if (!_files.Remove(number, out var file)) return;
        file.Release();
    }

    public DescriptorTable Copy()
    {
        var copy = new DescriptorTable();
        foreach (var (number, file) in _files) copy._files[number] = file.Retain();
        return copy;
    }

    public void CloseAll()
    {
        foreach (var file in _files.Values) file.Release();
        _files.Clear();
    }
}
