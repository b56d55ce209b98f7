using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Programs;
using MiniK8s.Kubelet.Simulation.Programs.Services;

namespace MiniK8s.Kubelet.Simulation.Images;

/// <summary>One image of the catalogue under one tag, ready to make containers of: its file tree is built once and shared by all.</summary>
internal sealed partial class CatalogueImage
{
    // Made when first asked for: most images of the catalogue are never used.
    private readonly Lazy<DirectoryNode> _root;
    private readonly Lazy<ProgramTable> _programs;

    public CatalogueImage(ImageSpec spec, ImageReference reference, DirectoryNode userland)
    {
        Spec = spec;
        Reference = reference;
        // The same repository contents under several names and tags would share an id; here the first name and the tag make it.
        Id = "sha256:" + Hex($"config {spec.Repositories[0]}:{reference.Tag}");
        Digest = "sha256:" + Hex($"manifest {spec.Repositories[0]}:{reference.Tag}");
        Size = Sizes.Parse(spec.Size);
        _root = new Lazy<DirectoryNode>(() => ImageRoot.Build(spec, userland));
        _programs = new Lazy<ProgramTable>(() => new ProgramTable(spec.Programs.ToDictionary(p => p.Key, p => (IProgram)new ServiceProgram(p.Value))));
        Facts = Filled(spec.Facts, reference.Tag);
        Env = Filled(spec.Env, reference.Tag);
    }

    public ImageSpec Spec { get; }
    public ImageReference Reference { get; }
    public string Id { get; }
    public string Digest { get; }
    public long Size { get; }
    public IReadOnlyDictionary<string, string> Facts { get; }
    public IReadOnlyDictionary<string, string> Env { get; }
    public DirectoryNode Root => _root.Value;
    public ProgramTable Programs => _programs.Value;

    /// <summary>As status shows it: <c>docker.io/library/nginx@sha256:…</c>.</summary>
    public string RepoDigest => $"{Reference.Name}@{Digest}";

    public ImageInfo ToInfo() => new()
    {
        Id = Id, RepoTags = [Reference.Name + (Reference.Tag == "" ? "" : ":" + Reference.Tag)], RepoDigests = [RepoDigest], Size = Size,
        Uid = long.TryParse(Spec.User.Split(':')[0], out var uid) ? uid : null, Username = long.TryParse(Spec.User.Split(':')[0], out _) ? "" : Spec.User.Split(':')[0],
    };

    /// <summary>How long a pull of it takes.</summary>
    public TimeSpan PullTime => Durations.Parse(Spec.PullTime) ?? TimeSpan.FromSeconds(double.Min(1, Size / (100.0 * (1 << 20))));

    // {tag} is the tag; {version:1.2} the number in it, or 1.2 if it has none (latest).
    private static Dictionary<string, string> Filled(IReadOnlyDictionary<string, string> values, string tag) => values.ToDictionary(
        v => v.Key,
        v => VersionPlace().Replace(v.Value.Replace("{tag}", tag, StringComparison.Ordinal), m => Number().Match(tag) is { Success: true } number ? number.Value : m.Groups[1].Value));

    [GeneratedRegex(@"\{version:([^}]*)\}")]
    private static partial Regex VersionPlace();

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex Number();

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
