using System.ComponentModel;

using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace MiniK8s.Testing;

/// <summary>A test that runs once on each store that speaks etcd's API: on ours, and on the machine's etcd where there is one.</summary>
/// <remarks>The two are tests of their own, with the store in their names; <see cref="StoreUnderTest.Kind"/> says which is meant.</remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("MiniK8s.Testing.EveryStoreFactDiscoverer", "MiniK8s.Testing")]
public sealed class EveryStoreFactAttribute : FactAttribute
{
    /// <param name="needs">What else the test runs, as in <see cref="RequiredTool"/>.</param>
    public EveryStoreFactAttribute(params string[] needs) => Skip = RequiredTool.ReasonToSkip(needs);
}

/// <inheritdoc cref="EveryStoreFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("MiniK8s.Testing.EveryStoreTheoryDiscoverer", "MiniK8s.Testing")]
public sealed class EveryStoreTheoryAttribute : TheoryAttribute;

/// <summary>Which store the running test is to use.</summary>
public static class StoreUnderTest
{
    private static readonly AsyncLocal<StoreKind?> Running = new();

    /// <exception cref="InvalidOperationException">The test does not say that it runs on every store.</exception>
    public static StoreKind Kind
    {
        get => Running.Value ?? throw new InvalidOperationException("A test that uses a store is an [EveryStoreFact] or an [EveryStoreTheory].");
        internal set => Running.Value = value;
    }
}

/// <summary>Makes the two tests of a method without arguments.</summary>
public sealed class EveryStoreFactDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        StoreTestCase.OnEach(sink, discoveryOptions, testMethod, null);
}

/// <summary>Makes the two tests of each row of a method's data.</summary>
public sealed class EveryStoreTheoryDiscoverer(IMessageSink sink) : TheoryDiscoverer(sink)
{
    /// <inheritdoc/>
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute, object[] dataRow) =>
        StoreTestCase.OnEach(DiagnosticMessageSink, discoveryOptions, testMethod, dataRow);

    // Data that is known only when the test runs: such a test could not be doubled here.
    /// <inheritdoc/>
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForTheory(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        throw new NotSupportedException($"The data of {testMethod.Method.Name} must be constants.");
}

/// <summary>One test on one store.</summary>
public sealed class StoreTestCase : XunitTestCase
{
    private StoreKind _kind;

    /// <summary>For xunit, which fills it by <see cref="Deserialize"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Only xunit calls this.")]
    public StoreTestCase()
    {
    }

    private StoreTestCase(IMessageSink sink, ITestFrameworkDiscoveryOptions options, ITestMethod method, StoreKind kind, object[]? arguments)
        : base(sink, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method, arguments) => _kind = kind;

    /// <inheritdoc/>
    public override async Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink, IMessageBus messageBus, object[] constructorArguments, ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource)
    {
        // Flows into the test and no further.
        StoreUnderTest.Kind = _kind;
        return await base.RunAsync(diagnosticMessageSink, messageBus, constructorArguments, aggregator, cancellationTokenSource).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Serialize(IXunitSerializationInfo data)
    {
        base.Serialize(data);
        data.AddValue(nameof(StoreKind), (int)_kind);
    }

    /// <inheritdoc/>
    public override void Deserialize(IXunitSerializationInfo data)
    {
        _kind = (StoreKind)data.GetValue<int>(nameof(StoreKind));
        base.Deserialize(data);
    }

    internal static IEnumerable<IXunitTestCase> OnEach(IMessageSink sink, ITestFrameworkDiscoveryOptions options, ITestMethod method, object[]? arguments) =>
        Enum.GetValues<StoreKind>().Select(kind => new StoreTestCase(sink, options, method, kind, arguments));

    /// <inheritdoc/>
    protected override string GetDisplayName(IAttributeInfo factAttribute, string displayName) => $"{base.GetDisplayName(factAttribute, displayName)} [{_kind}]";

    /// <inheritdoc/>
    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute) ?? (_kind == StoreKind.Etcd ? RequiredTool.ReasonToSkip("etcd") : null)!;

    /// <inheritdoc/>
    protected override string GetUniqueID() => $"{base.GetUniqueID()}-{_kind}";
}
