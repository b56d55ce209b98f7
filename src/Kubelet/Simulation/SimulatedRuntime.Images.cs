using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Simulation.Journal;
using MiniK8s.Kubelet.Simulation.Scenes;

namespace MiniK8s.Kubelet.Simulation;

internal sealed partial class SimulatedRuntime
{
    public async Task<PullResult> PullImageAsync(string image, ImageAuth? auth, IReadOnlyDictionary<string, string> annotations, CancellationToken ct)
    {
        if (ImageReference.Parse(image) is not { } reference) return new PullResult(null, ImageCatalogue.Invalid(image));
        if (host.Catalogue.Find(reference) is not { } found) return new PullResult(null, host.Catalogue.Explain(reference));
        if (found.Spec.Login is { } login && (auth?.Username != login.Username || auth.Password != login.Password))
            return new PullResult(null, ImageCatalogue.Refuse(reference));
        var isAbsent = _images.Find(image) is null;
        if (SceneAnnotations.PullTimeOf(annotations, image) is { } scripted) await Task.Delay(scripted, Time, ct);
        else if (isAbsent) await Task.Delay(found.PullTime, Time, ct);
        if (isAbsent)
        {
            _images.Add(found);
            Record(new JournalRecord.ImagePulled(NodeName, found.Reference.ToString()));
        }
        return new PullResult(found.ToInfo(), null);
    }

    public Task<ImageInfo?> ImageStatusAsync(string image, CancellationToken ct) =>
        _images.Find(image) is { } found ? Task.FromResult<ImageInfo?>(found.ToInfo())
        : ImageReference.FaultOf(image) is { } fault ? throw new RuntimeException(RuntimeErrorCode.InvalidArgument, fault)
        : Task.FromResult<ImageInfo?>(null);

    public Task<IReadOnlyList<ImageInfo>> ListImagesAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ImageInfo>>([.. _images.All.Select(i => i.ToInfo())]);

    public Task RemoveImageAsync(string image, CancellationToken ct)
    {
        if (_images.Remove(image) is { } removed) Record(new JournalRecord.ImageRemoved(NodeName, removed.Reference.ToString()));
        return Task.CompletedTask;
    }
}
