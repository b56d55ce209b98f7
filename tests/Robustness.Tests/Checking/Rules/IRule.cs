namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>One invariant, or a few that are checked in one pass.</summary>
internal interface IRule
{
    /// <summary>Every breach that the history shows.</summary>
    IEnumerable<Violation> Check(Evidence evidence);
}
