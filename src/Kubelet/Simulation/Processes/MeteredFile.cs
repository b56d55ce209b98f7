using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>A file whose reader pays for what it reads (<see cref="WorkMeter"/>).</summary>
/// <param name="self">Who reads.</param>
/// <param name="file">Its reference is taken over.</param>
internal sealed class MeteredFile(SimProcess self, OpenFile file) : OpenFile
{
    public override bool IsTerminal => file.IsTerminal;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var count = await file.ReadAsync(buffer, ct);
        await self.Work.PayAsync(count);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct) => file.WriteAsync(data, ct);

    protected override void OnClose() => file.Release();
}
