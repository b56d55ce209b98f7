using System.Collections.Frozen;

using MiniK8s.Protocol;

namespace MiniK8s.Api.Rules;

/// <summary>Every kind's rules, found by their class. A new kind needs no line here.</summary>
internal static class KindRules
{
    private static readonly FrozenDictionary<Type, ObjectRules> ByType = typeof(ObjectRules).Assembly.GetTypes()
        .Where(type => !type.IsAbstract && !type.ContainsGenericParameters && type.IsSubclassOf(typeof(ObjectRules)))
        .Select(type => (ObjectRules)Activator.CreateInstance(type)!)
        .ToFrozenDictionary(rules => rules.ClrType);

    private static readonly ObjectRules None = new NoRules();

    /// <summary>The rules of an object's kind.</summary>
    public static ObjectRules Of(IApiObject value) => ByType.GetValueOrDefault(value.GetType(), None);

    private sealed class NoRules : ObjectRules<IApiObject>;
}
