namespace MiniK8s.ApiServer.Admission;

/// <summary>The plugins in their order.</summary>
internal sealed class AdmissionChain(IEnumerable<IAdmissionPlugin> plugins)
{
    private readonly IAdmissionPlugin[] _plugins = [.. plugins];

    /// <summary>Lets every plugin change the object.</summary>
    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        foreach (var plugin in _plugins) await plugin.MutateAsync(request, ct);
    }

    /// <summary>Lets every plugin refuse.</summary>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        foreach (var plugin in _plugins) await plugin.ValidateAsync(request, ct);
    }
}
