using System.Text.Json.Serialization;

namespace MiniK8s.Kubelet.Simulation.Images;

// The shape of the catalogue's files; Catalogue/README.md explains every field with an example.

/// <summary>One catalogue file: images that belong together.</summary>
internal sealed record CatalogueFile
{
    public IReadOnlyList<ImageSpec> Images { get; set; } = [];
}

/// <summary>An image under one or more repositories and tags.</summary>
internal sealed record ImageSpec
{
    /// <summary>As users write them; normalised on loading (<c>nginx</c> is <c>docker.io/library/nginx</c>).</summary>
    public required IReadOnlyList<string> Repositories { get; set; }

    /// <summary>Tags that exist; <c>*</c> in one stands for any text, so <c>*</c> alone takes all.</summary>
    public required IReadOnlyList<string> Tags { get; set; }

    public IReadOnlyList<string> Entrypoint { get; set; } = [];
    public IReadOnlyList<string> Cmd { get; set; } = [];
    public IReadOnlyDictionary<string, string> Env { get; set; } = new Dictionary<string, string>();

    /// <summary>A name of /etc/passwd, or a number; empty: root.</summary>
    public string User { get; set; } = "";

    public string WorkingDir { get; set; } = "";
    public string StopSignal { get; set; } = "";

    /// <summary>Documentation only: containers listen on what their programs say.</summary>
    public IReadOnlyList<int> ExposedPorts { get; set; } = [];

    /// <summary>
    /// Compressed size, with a suffix: <c>67M</c>. Decides how long a pull takes (100 MB/s, at most 1 s) unless <see cref="PullTime"/>
    /// says.
    /// </summary>
    public string Size { get; set; } = "10M";

    public string PullTime { get; set; } = "";

    /// <summary>
    /// <c>busybox</c> (default): all common commands in /bin. <c>debian</c>: the same and bash. <c>none</c>: no shell, no commands.
    /// </summary>
    public string Userland { get; set; } = "busybox";

    /// <summary>Commands of the userland that this image lacks.</summary>
    public IReadOnlyList<string> Without { get; set; } = [];

    /// <summary>Executables by path; the value names a built-in program or one of <see cref="Programs"/>.</summary>
    public IReadOnlyDictionary<string, string> Executables { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Text files by path; a path that ends in a slash is an empty directory, a value that begins with <c>-></c> is a link.
    /// </summary>
    public IReadOnlyDictionary<string, string> Files { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Facts for programs, for example <c>nginx.version</c>; <c>{tag}</c> is replaced by the tag, <c>{version:1.2}</c> by the number in
    /// it, or 1.2.
    /// </summary>
    public IReadOnlyDictionary<string, string> Facts { get; set; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, ServiceSpec> Programs { get; set; } = new Dictionary<string, ServiceSpec>();

    /// <summary>A private image: the pull needs this user name and password.</summary>
    public LoginSpec? Login { get; set; }

    /// <summary>Present on every node from the start, as in a cluster that has pulled them before.</summary>
    public bool Preloaded { get; set; }
}

internal sealed record LoginSpec(string Username, string Password);

/// <summary>A long-running program described by data.</summary>
internal sealed record ServiceSpec
{
    /// <summary>
    /// Printed at once on stdout; <c>{time:FORMAT}</c> (a .NET format), <c>{pid}</c>, <c>{hostname}</c> and <c>{ip}</c> are filled in.
    /// </summary>
    public IReadOnlyList<string> Log { get; set; } = [];

    public IReadOnlyList<string> ErrorLog { get; set; } = [];

    /// <summary>What it prints and does instead, and then ends, when it is given one of these arguments: <c>-version</c>.</summary>
    public IReadOnlyDictionary<string, AnswerSpec> Answers { get; set; } = new Dictionary<string, AnswerSpec>();

    /// <summary>Printed when it listens.</summary>
    public IReadOnlyList<string> ReadyLog { get; set; } = [];

    /// <summary>How long it takes from its start until it listens: <c>2s</c>.</summary>
    public string StartDelay { get; set; } = "0";

    public IReadOnlyList<int> Listen { get; set; } = [];

    /// <summary>A regular expression over the arguments whose first group is the port, instead of <see cref="Listen"/>.</summary>
    public string PortArgument { get; set; } = "";

    /// <summary>Sent to whoever connects, before anything else.</summary>
    public string Greeting { get; set; } = "";

    /// <summary>Answers by path; <c>*</c> is for every other path, 404 without it. Empty: not HTTP.</summary>
    public IReadOnlyDictionary<string, RouteSpec> Http { get; set; } = new Dictionary<string, RouteSpec>();

    /// <summary>By name (<c>TERM</c>); others have their default action, which for a container's first process is none.</summary>
    public IReadOnlyDictionary<string, SignalSpec> Signals { get; set; } = new Dictionary<string, SignalSpec>();

    public MemorySpec? Memory { get; set; }

    /// <summary>Ends by itself after so long; empty: never.</summary>
    public string ExitAfter { get; set; } = "";

    public int ExitCode { get; set; }

    /// <summary>Refuses to start (1) unless one of these is set.</summary>
    public IReadOnlyList<string> RequiresAnyEnv { get; set; } = [];

    public IReadOnlyList<string> MissingEnvLog { get; set; } = [];
}

internal sealed record AnswerSpec
{
    public IReadOnlyList<string> Log { get; set; } = [];
    public IReadOnlyList<string> ErrorLog { get; set; } = [];
    public int Exit { get; set; }
}

internal sealed record RouteSpec
{
    public int Status { get; set; } = 200;
    public string Body { get; set; } = "";
    public string ContentType { get; set; } = "text/html";
}

internal sealed record SignalSpec
{
    public int Exit { get; set; }
    public string After { get; set; } = "0";
    public bool Ignore { get; set; }
    public IReadOnlyList<string> Log { get; set; } = [];
}

/// <summary>Sizes with a suffix: <c>64M</c>.</summary>
internal sealed record MemorySpec
{
    public string Base { get; set; } = "1M";
    public string GrowthPerSecond { get; set; } = "0";

    /// <summary>Empty: no end.</summary>
    public string Maximum { get; set; } = "";
}

[JsonSerializable(typeof(CatalogueFile))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
internal sealed partial class CatalogueJson : JsonSerializerContext;
