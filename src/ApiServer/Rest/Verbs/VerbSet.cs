using MiniK8s.ApiServer.Rest.Patching;
using MiniK8s.ApiServer.Rest.Logs;
using MiniK8s.ApiServer.Rest.Routing;
using MiniK8s.ApiServer.Rest.Streams.Commands;
using MiniK8s.ApiServer.Rest.Streams.Forwarding;
using MiniK8s.ApiServer.Rest.Watching;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Which code answers for a verb.</summary>
internal sealed class VerbSet(PatchVerb patch, WatchVerb watch, BindVerb bind, EvictVerb evict, TokenVerb token, LogVerb log, CommandVerb command, PortForwardVerb portForward)
{
    private static readonly GetVerb Get = new();
    private static readonly ListVerb List = new();
    private static readonly CreateVerb Create = new();
    private static readonly UpdateVerb Update = new();
    private static readonly DeleteVerb Delete = new();
    private static readonly DeleteCollectionVerb DeleteCollection = new();

    /// <summary>The code for a verb on a path.</summary>
    public IVerb Of(string verb, ResourcePath path) => (path.Subresource, verb) switch
    {
        ("binding", _) => bind,
        ("eviction", _) => evict,
        ("token", _) => token,
        ("log", _) => log,
        ("exec" or "attach", _) => command,
        ("portforward", _) => portForward,
        (_, "get") => Get,
        (_, "list") => List,
        (_, "watch") => watch,
        (_, "create") => Create,
        (_, "update") => Update,
        (_, "patch") => patch,
        (_, "delete") => Delete,
        (_, "deletecollection") => DeleteCollection,
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, null),
    };
}
