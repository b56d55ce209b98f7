using MiniK8s.Protocol.Etcd;

namespace MiniK8s.ApiServer.Storage;

/// <summary>What became of a conditional write.</summary>
/// <param name="Succeeded">It was applied, at <paramref name="Revision"/>.</param>
/// <param name="Revision">The store's revision after the attempt.</param>
/// <param name="Current">After a refusal: what the key holds now, null if nothing.</param>
/// <param name="TakenClaim">After a refusal: a claim that somebody else holds, or null.</param>
internal sealed record WriteOutcome(bool Succeeded, long Revision, KeyValue? Current, string? TakenClaim = null);
