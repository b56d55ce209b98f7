namespace MiniK8s.ControllerManager.Loops;

/// <summary>One loop of the controller-manager. Its constructor adds handlers to informers; it runs when those are complete.</summary>
internal interface IController
{
    /// <summary>Runs until stopped; outlives every other failure.</summary>
    Task RunAsync(CancellationToken stopping);
}
