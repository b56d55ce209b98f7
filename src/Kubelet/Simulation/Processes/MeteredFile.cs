using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>A file whose reader pays for what it reads: a step for each quarter of a KiB, so that going through data costs virtual time as commands do.</summary>
/// <param name="self">Who reads.</param>
/// <param name="file">Its reference is taken over.</param>
internal sealed class MeteredFile(SimProcess self, OpenFile file) : OpenFile
{
    private const int BytesPerStep = 256;
    private int _unpaid;

    public override bool IsTerminal => file.IsTerminal;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var count = await file.ReadAsync(buffer, ct);
        _unpaid += count;
        if (_unpaid < BytesPerStep) return count;
        var steps = _unpaid / BytesPerStep;
        _unpaid %= BytesPerStep;
        await self.Kernel.Throttle.StepAsync(self, steps);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct) => file.WriteAsync(data, ct);

    protected override void OnClose() => file.Release();
}
