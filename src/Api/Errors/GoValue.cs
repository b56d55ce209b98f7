namespace MiniK8s.Api.Errors;

/// <summary>A field error's value that is already in the form Go would print, and so is shown without quotes.</summary>
public sealed record GoValue(string Text)
{
    /// <summary>The text itself.</summary>
    public override string ToString() => Text;
}
