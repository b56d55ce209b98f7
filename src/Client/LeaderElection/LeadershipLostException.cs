namespace MiniK8s.Client.LeaderElection;

/// <summary>The lease could not be renewed in time, or is another's: what this process knows may be out of date, and it must end.</summary>
public sealed class LeadershipLostException() : Exception("leaderelection lost");
