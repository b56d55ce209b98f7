using System.Text.Json.Nodes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry.Translation;

/// <summary>A second form of a stored kind: how its objects are shown in it, and what is written in it is stored. Every class is found by itself.</summary>
/// <remarks>What is translated may share parts with what it was made of; those that become something else are cloned.</remarks>
internal abstract class SecondForm(ApiKind kind, ApiKind storedKind)
{
    /// <summary>Every form.</summary>
    public static IReadOnlyList<SecondForm> All { get; } =
    [
        .. typeof(SecondForm).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(SecondForm)))
            .Select(type => (SecondForm)Activator.CreateInstance(type)!).OrderBy(form => form.Kind.ApiVersion, StringComparer.Ordinal),
    ];

    /// <summary>The form.</summary>
    public ApiKind Kind { get; } = kind;

    /// <summary>The kind whose objects it shows.</summary>
    public ApiKind StoredKind { get; } = storedKind;

    /// <summary>An object as this form shows it.</summary>
    public abstract IApiObject Shown(IApiObject stored);

    /// <summary>An object as it is stored.</summary>
    public abstract IApiObject Stored(IApiObject shown);

    /// <summary>A configuration to apply, in the words of the stored kind.</summary>
    /// <exception cref="ApiException">400 and 500: it is none of this form.</exception>
    public abstract JsonObject Stored(JsonObject configuration);

    /// <summary>A field selector in the words of the stored kind.</summary>
    /// <exception cref="ApiException">400: it cannot be read, or names a field that cannot be selected by.</exception>
    public virtual string StoredSelector(string selector) => selector;

    /// <summary>What is wrong with an object that is written in this form, besides all that its kind asks of it.</summary>
    /// <param name="old">As it was before; null for a new one.</param>
    public virtual FieldErrorList Check(IApiObject stored, IApiObject? old) => [];
}

/// <summary>A form in terms of its own types.</summary>
internal abstract class SecondForm<TShown, TStored>(ApiKind kind) : SecondForm(kind, ApiKinds.Of<TStored>())
    where TShown : class, IApiObject
    where TStored : class, IApiObject
{
    /// <inheritdoc/>
    public sealed override IApiObject Shown(IApiObject stored) => Shown((TStored)stored);

    /// <inheritdoc/>
    public sealed override IApiObject Stored(IApiObject shown) => Stored((TShown)shown);

    /// <inheritdoc/>
    public sealed override FieldErrorList Check(IApiObject stored, IApiObject? old) => Check((TStored)stored, (TStored?)old);

    /// <summary>An object as this form shows it.</summary>
    protected abstract TShown Shown(TStored stored);

    /// <summary>An object as it is stored.</summary>
    protected abstract TStored Stored(TShown shown);

    /// <summary>What is wrong with an object that is written in this form, besides all that its kind asks of it.</summary>
    protected virtual FieldErrorList Check(TStored stored, TStored? old) => [];
}
