using System.Globalization;

using Google.Protobuf;

using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Storage;

/// <summary>Makes the store forget its older history: every five minutes everything before the revision of five minutes ago.</summary>
/// <remarks>Apiservers of one store agree by a key they all write; who writes it second waits for the next round.</remarks>
internal sealed partial class Compactor(IKeyValueStore store, EtcdOptions options, TimeProvider time, ILogger<Compactor> logger) : BackgroundService
{
    private const string Key = "compact_rev_key";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.CompactionInterval <= TimeSpan.Zero) return;
        var seen = new Round(0, 0);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(options.CompactionInterval, time, stoppingToken);
                seen = await RunRoundAsync(seen, stoppingToken);
            }
            catch (ApiException ex)
            {
                LogFailed(ex.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // The key's own revision tells whether another apiserver compacted since the last round.
    private async Task<Round> RunRoundAsync(Round last, CancellationToken ct)
    {
        var value = ByteString.CopyFromUtf8(last.StoreRevision.ToString(CultureInfo.InvariantCulture));
        var outcome = await store.PutIfUnchangedAsync(Key, last.KeyRevision, value, 0, ClaimChanges.None, ct);
        if (!outcome.Succeeded) return new Round(outcome.Current?.ModRevision ?? 0, outcome.Revision);
        if (last.StoreRevision > 0) await store.CompactAsync(last.StoreRevision, ct);
        return new Round(outcome.Revision, outcome.Revision);
    }

    private readonly record struct Round(long KeyRevision, long StoreRevision);

    [LoggerMessage(LogLevel.Warning, "The store's history could not be compacted, it will be tried again: {Reason}")]
    private partial void LogFailed(string reason);
}
