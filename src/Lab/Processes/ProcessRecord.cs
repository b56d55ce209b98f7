namespace MiniK8s.Lab.Processes;

/// <summary>A process as <c>lab.json</c> lists it.</summary>
/// <param name="Name">Its name in the lab.</param>
/// <param name="Pid">0 before the first start.</param>
/// <param name="Ports">By the name of the flag that sets each.</param>
/// <param name="LogFile">Where its output goes; kept over restarts.</param>
/// <param name="Restarts">How often it died and was started again.</param>
internal sealed record ProcessRecord(string Name, int Pid, IReadOnlyDictionary<string, int> Ports, string LogFile, int Restarts);
