using System.Collections.Concurrent;

namespace MiniK8s.Kubelet.Simulation.Images;

/// <summary>The images that a node has.</summary>
internal sealed class NodeImages
{
    private readonly ImageCatalogue _catalogue;
    private readonly ConcurrentDictionary<string, CatalogueImage> _present = new(StringComparer.Ordinal);

    public NodeImages(ImageCatalogue catalogue)
    {
        _catalogue = catalogue;
        foreach (var reference in catalogue.Preloaded)
            if (catalogue.Find(reference) is { } image) Add(image);
    }

    public IEnumerable<CatalogueImage> All => _present.Values.OrderBy(i => i.Reference.ToString(), StringComparer.Ordinal);

    /// <summary>What they take of the disk.</summary>
    public long Bytes
    {
        get
        {
            var sum = 0L;
            foreach (var (_, image) in _present) sum += image.Size;
            return sum;
        }
    }

    public void Add(CatalogueImage image) => _present[image.Reference.ToString()] = image;

    /// <summary>One from the journal; passed over if the catalogue has it no more.</summary>
    public void Restore(string reference)
    {
        if (ImageReference.Parse(reference) is { } parsed && _catalogue.Find(parsed) is { } image) Add(image);
    }

    /// <summary>By reference, normalised first, or by id; null if absent.</summary>
    public CatalogueImage? Find(string image)
    {
        if (image.StartsWith("sha256:", StringComparison.Ordinal)) return _present.Values.FirstOrDefault(i => i.Id == image);
        if (ImageReference.Parse(image) is not { } reference) return null;
        if (_present.TryGetValue((reference with { Digest = "" }).ToString(), out var found) && (reference.Digest == "" || reference.Digest == found.Digest))
            return found;
        return reference.Digest == "" ? null : _present.Values.FirstOrDefault(i => i.Reference.Name == reference.Name && i.Digest == reference.Digest);
    }

    public CatalogueImage? Remove(string image) =>
        Find(image) is { } found && _present.TryRemove(found.Reference.ToString(), out _) ? found : null;
}
