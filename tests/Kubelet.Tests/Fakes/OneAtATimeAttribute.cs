using System.Reflection;

using Xunit.Sdk;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>From a test's first wait on, it and all that it has begun run one at a time, in the order in which they became ready.</summary>
/// <remarks>
/// A loop reads the clock, and then arms a timer by what it has read. Where a test moved the clock between the two, that timer would be late by as
/// much, and nobody would fire it any more. What runs alone has come to its next wait before the test goes on.
/// </remarks>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OneAtATimeAttribute : BeforeAfterTestAttribute
{
    // More than there are waits between a wake-up and what comes of it.
    private const int Turns = 100;

    public override void Before(MethodInfo methodUnderTest) => SynchronizationContext.SetSynchronizationContext(new InTurn());

    /// <summary>Lets all that is ready by now run, and what follows from it: for what is not to happen.</summary>
    public static async Task OthersFirstAsync()
    {
        for (var turn = 0; turn < Turns; turn++) await Task.Yield();
    }

    private sealed class InTurn : SynchronizationContext
    {
        private readonly Lock _gate = new();        // guards the two fields below
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
        private bool _isAtWork;

        public override void Post(SendOrPostCallback d, object? state)
        {
            lock (_gate)
            {
                _ready.Enqueue((d, state));
                if (_isAtWork) return;
                _isAtWork = true;
            }
            ThreadPool.UnsafeQueueUserWorkItem(static turns => turns.Work(), this, preferLocal: false);
        }

        public override SynchronizationContext CreateCopy() => this;

        private void Work()
        {
            SetSynchronizationContext(this);
            while (Next() is var (callback, state)) callback(state);
        }

        // Null when nothing is ready; then nobody is at work either.
        private (SendOrPostCallback Callback, object? State)? Next()
        {
            lock (_gate)
            {
                if (_ready.TryDequeue(out var next)) return next;
                _isAtWork = false;
                return null;
            }
        }
    }
}
