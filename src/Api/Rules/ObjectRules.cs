using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol;

namespace MiniK8s.Api.Rules;

/// <summary>What is special about one kind in itself: its defaults, what it must be, and what may change. The base class is a kind with nothing special.</summary>
/// <remarks>
/// Pure: an object (and the one before it) in, defaults or complaints out; what needs other objects is admission. Every class that derives from
/// <see cref="ObjectRules{T}"/> is found by itself (<see cref="KindRules"/>). Metadata is checked for all kinds alike, before the rules.
/// </remarks>
internal abstract class ObjectRules
{
    /// <summary>The kind's class.</summary>
    public abstract Type ClrType { get; }

    /// <summary>Which rule the names of the kind's objects obey.</summary>
    public virtual Func<string, IReadOnlyList<string>> NameRule => NameRules.Subdomain;

    /// <summary>Fills in what the object leaves unsaid. Doing it twice changes nothing.</summary>
    public abstract void Default(IApiObject value);

    /// <summary>Checks an object, new or changed.</summary>
    public abstract void Check(IApiObject value, FieldErrorList errors);

    /// <summary>Checks what only new objects are held to.</summary>
    public abstract void CheckNew(IApiObject value, FieldErrorList errors);

    /// <summary>Checks what has changed, besides <see cref="Check"/>.</summary>
    public abstract void CheckChange(IApiObject value, IApiObject old, FieldErrorList errors);

    /// <summary>Checks a change through the status subresource.</summary>
    public abstract void CheckStatus(IApiObject value, IApiObject old, FieldErrorList errors);
}

/// <summary>Rules in terms of their own type.</summary>
internal abstract class ObjectRules<T> : ObjectRules
    where T : class, IApiObject
{
    /// <inheritdoc/>
    public sealed override Type ClrType => typeof(T);

    /// <inheritdoc/>
    public sealed override void Default(IApiObject value) => Default((T)value);

    /// <inheritdoc/>
    public sealed override void Check(IApiObject value, FieldErrorList errors) => Check((T)value, errors);

    /// <inheritdoc/>
    public sealed override void CheckNew(IApiObject value, FieldErrorList errors) => CheckNew((T)value, errors);

    /// <inheritdoc/>
    public sealed override void CheckChange(IApiObject value, IApiObject old, FieldErrorList errors) => CheckChange((T)value, (T)old, errors);

    /// <inheritdoc/>
    public sealed override void CheckStatus(IApiObject value, IApiObject old, FieldErrorList errors) => CheckStatus((T)value, (T)old, errors);

    /// <summary>Fills in what the object leaves unsaid. Doing it twice changes nothing.</summary>
    protected virtual void Default(T value)
    {
    }

    /// <summary>Checks an object, new or changed.</summary>
    protected virtual void Check(T value, FieldErrorList errors)
    {
    }

    /// <summary>Checks what only new objects are held to.</summary>
    protected virtual void CheckNew(T value, FieldErrorList errors)
    {
    }

    /// <summary>Checks what has changed.</summary>
    protected virtual void CheckChange(T value, T old, FieldErrorList errors)
    {
    }

    /// <summary>Checks a change through the status subresource: like any other, unless the kind says otherwise.</summary>
    protected virtual void CheckStatus(T value, T old, FieldErrorList errors)
    {
        Check(value, errors);
        CheckChange(value, old, errors);
    }
}
