using Xunit;

namespace MiniK8s.Testing;

/// <summary>A test that runs programs written by others; passed over, with the reason shown, where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresToolFactAttribute : FactAttribute
{
    public RequiresToolFactAttribute(params string[] needs) => Skip = RequiredTool.ReasonToSkip(needs);
}

/// <inheritdoc cref="RequiresToolFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresToolTheoryAttribute : TheoryAttribute
{
    public RequiresToolTheoryAttribute(params string[] needs) => Skip = RequiredTool.ReasonToSkip(needs);
}
