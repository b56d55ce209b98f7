using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>Files and commands that a program prints into: each is opened once and closed at the end, or by <c>close</c>.</summary>
internal sealed class AwkOutputs(SimProcess self)
{
    private readonly Dictionary<string, OpenFile> _files = new(StringComparer.Ordinal);
    private readonly List<SimProcess> _commands = [];

    public async ValueTask WriteAsync(string redirection, string target, string text)
    {
        if (!_files.TryGetValue(target, out var file))
            _files[target] = file = redirection == "|" ? await StartAsync(target) : self.Files.OpenWrite(target, append: redirection == ">>");
        await self.Work.PayAsync(text.Length + WorkMeter.PerWrite);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), self.Killed);
    }

    public void Close(string target)
    {
        if (_files.Remove(target, out var file)) file.Release();
    }

    public async ValueTask CloseAsync()
    {
        foreach (var file in _files.Values) file.Release();
        _files.Clear();
        foreach (var command in _commands) await command.Exited.WaitAsync(self.Killed);
    }

    private async ValueTask<OpenFile> StartAsync(string command)
    {
        var (reader, writer) = PipeFile.Create();
        var descriptors = self.Descriptors.Copy();
        descriptors.Set(0, reader);
        if (await Launch.StartAsync(self, "awk", ["sh", "-c", command], descriptors: descriptors) is { } process) _commands.Add(process);
        return writer;
    }
}
