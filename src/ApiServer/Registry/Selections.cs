using MiniK8s.Api.Errors;
using MiniK8s.Api.Selectors;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>What the selectors of list options select.</summary>
internal static class Selections
{
    // Longer ones are somebody's mistake, and every event would pay for them.
    private const int MaxLength = 64 * 1024;

    /// <summary>Reads the selectors; refuses those that cannot be read and fields the kind does not know (400).</summary>
    public static Selection Of(ResourceStrategy strategy, string ns, ListOptions options)
    {
        if (options.LabelSelector.Length + options.FieldSelector.Length > MaxLength) throw StatusErrors.BadRequest("the selectors are too long");
        var (labels, fields) = Parse(options);
        CheckFields(strategy, fields);
        return new Selection(StoreKeys.PrefixOf(strategy.Kind, strategy.Kind.Namespaced ? ns : ""), Matcher(strategy, labels, fields))
        {
            IndexValue = strategy.IndexedField is { } indexed && fields.TryGetExact(indexed, out var value) ? value : null,
        };
    }

    private static (LabelQuery Labels, FieldQuery Fields) Parse(ListOptions options)
    {
        try
        {
            return (LabelQuery.Parse(options.LabelSelector), FieldQuery.Parse(options.FieldSelector));
        }
        catch (SelectorException ex)
        {
            throw StatusErrors.BadRequest(ex.Message);
        }
    }

    private static void CheckFields(ResourceStrategy strategy, FieldQuery fields)
    {
        if (fields.IsEverything) return;
        var sample = strategy.Kind.New();
        foreach (var requirement in fields.Requirements)
        {
            if (strategy.FieldOf(sample, requirement.Field) is null)
            {
                throw StatusErrors.BadRequest($"field label not supported: {requirement.Field}");
            }
        }
    }

    private static Func<IApiObject, bool>? Matcher(ResourceStrategy strategy, LabelQuery labels, FieldQuery fields)
    {
        if (labels.IsEverything && fields.IsEverything) return null;
        return obj => labels.Matches(obj.Metadata.Labels) && fields.Matches(field => strategy.FieldOf(obj, field) ?? "");
    }
}
