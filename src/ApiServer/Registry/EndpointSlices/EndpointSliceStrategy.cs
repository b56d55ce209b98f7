using MiniK8s.Protocol.Discovery.V1;

namespace MiniK8s.ApiServer.Registry.EndpointSlices;

/// <summary>EndpointSlices count their changes in metadata.generation; metadata's own changes do not count.</summary>
internal sealed class EndpointSliceStrategy : ResourceStrategy<EndpointSlice>
{
    /// <inheritdoc/>
    protected override void PrepareForCreate(EndpointSlice obj) => obj.Metadata.Generation = 1;

    /// <inheritdoc/>
    protected override void PrepareForUpdate(EndpointSlice obj, EndpointSlice existing, string subresource)
    {
        var content = new EndpointSlice(obj) { Metadata = existing.Metadata };
        if (!content.Equals(existing)) obj.Metadata.Generation = existing.Metadata.Generation + 1;
    }
}
