using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What a Binding must be.</summary>
public static class BindingValidation
{
    /// <summary>Checks the target; the pod it names is the caller's to look at.</summary>
    public static FieldErrorList Validate(Binding binding)
    {
        var errors = new FieldErrorList();
        var target = binding.Target ?? new();
        var path = FieldPath.Of("target");
        if (target.Kind is not ("" or "Node")) errors.Add(FieldError.NotSupported(path.Child("kind"), target.Kind, "Node", "<empty>"));
        if (target.Name.Length == 0) errors.Add(FieldError.Required(path.Child("name")));
        return errors;
    }
}
