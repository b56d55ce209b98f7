using System.Collections.Concurrent;
using System.Text.Json;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Images;

/// <summary>All images that can be pulled: those that come with the kubelet, and those of a directory of the user's, which win.</summary>
internal sealed class ImageCatalogue
{
    private const string ResourcePrefix = "Catalogue/";
    private readonly Files.DirectoryNode _userland = ImageRoot.Userland();
    private readonly Dictionary<string, List<ImageSpec>> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CatalogueImage> _images = new(StringComparer.Ordinal);

    /// <param name="directory">Further <c>*.json</c> files, or null.</param>
    /// <exception cref="InvalidDataException">A file is not a catalogue; the message names file and fault.</exception>
    public ImageCatalogue(string? directory = null)
    {
        if (directory is not null)
            foreach (var path in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal)) Add(path, File.ReadAllBytes(path), isUsers: true);
        var assembly = typeof(ImageCatalogue).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            Add(name, content.ToArray());
        }
    }

    /// <summary>References of the images that are there before anything is pulled.</summary>
    public IEnumerable<ImageReference> Preloaded =>
        _byName.Values.SelectMany(specs => specs).Where(s => s.Preloaded).Distinct()
            .SelectMany(s => s.Repositories.SelectMany(r => s.Tags.Where(t => !t.Contains('*')).Select(t => ImageReference.Parse($"{r}:{t}")!)));

    /// <summary>The image, or null if the registry has none such.</summary>
    public CatalogueImage? Find(ImageReference reference)
    {
        if (!_byName.TryGetValue(reference.Name, out var specs)) return null;
        var spec = reference.Tag == "" ? specs[0] : specs.Find(s => s.Tags.Any(tag => ShellPattern.IsMatch(tag, reference.Tag)));
        if (spec is null) return null;
        var image = _images.GetOrAdd($"{reference.Name}:{reference.Tag}", _ => new CatalogueImage(spec, reference with { Digest = "" }, _userland));
        return reference.Digest != "" && reference.Digest != image.Digest ? null : image;
    }

    /// <summary>Why a reference without an image cannot be pulled, in containerd's words.</summary>
    public PullError Explain(ImageReference reference)
    {
        var resolving = $"failed to pull and unpack image \"{reference}\": failed to resolve reference \"{reference}\"";
        var knowsRegistry = reference.Registry == "docker.io" || _byName.Keys.Any(name => name.StartsWith(reference.Registry + "/", StringComparison.Ordinal));
        if (!knowsRegistry)
        {
            var host = reference.Registry.Split(':')[0];
            return new PullError(PullErrorKind.RegistryUnreachable,
                $"rpc error: code = Unknown desc = {resolving}: failed to do request: Head \"https://{reference.Registry}/v2/{reference.Repository}/manifests/{reference.Tag}\": dial tcp: lookup {host}: no such host");
        }
        if (_byName.ContainsKey(reference.Name) || reference.Registry != "docker.io")
            return new PullError(PullErrorKind.NotFound, $"rpc error: code = NotFound desc = {resolving}: {reference}: not found");
        // Docker Hub does not tell a missing repository from a private one.
        return new PullError(PullErrorKind.Unauthorized,
            $"rpc error: code = Unknown desc = {resolving}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed");
    }

    public static PullError Refuse(ImageReference reference) =>
        new(PullErrorKind.Unauthorized,
            $"rpc error: code = Unknown desc = failed to pull and unpack image \"{reference}\": failed to resolve reference \"{reference}\": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://{reference.Registry}/token: 401 Unauthorized");

    public static PullError Invalid(string text) =>
        new(PullErrorKind.InvalidReference, $"rpc error: code = InvalidArgument desc = failed to parse reference \"{text}\": invalid reference format");

    private void Add(string source, byte[] json, bool isUsers = false)
    {
        CatalogueFile? file;
        try
        {
            file = JsonSerializer.Deserialize(json, CatalogueJson.Default.CatalogueFile);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{source} is not an image catalogue: {error.Message}", error);
        }
        foreach (var spec in file?.Images ?? [])
        {
            if (isUsers && CatalogueCheck.FaultOf(spec, _userland) is { } fault) throw new InvalidDataException($"{source}: {fault}");
            foreach (var repository in spec.Repositories)
            {
                if (ImageReference.Parse(repository) is not { } reference)
                    throw new InvalidDataException($"{source}: \"{repository}\" is not a repository name.");
                if (!_byName.TryGetValue(reference.Name, out var specs)) _byName[reference.Name] = specs = [];
                specs.Add(spec);
            }
        }
    }
}
