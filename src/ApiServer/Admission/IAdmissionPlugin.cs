namespace MiniK8s.ApiServer.Admission;

/// <summary>One rule about what may enter. It throws an ApiException to refuse.</summary>
internal interface IAdmissionPlugin
{
    /// <summary>May change <see cref="AdmissionRequest.Object"/>. All plugins mutate before any validates.</summary>
    ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Sees the object as it would be stored.</summary>
    ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct) => ValueTask.CompletedTask;
}
