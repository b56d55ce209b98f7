namespace MiniK8s.Lab.Processes;

/// <summary>Something the user of the lab can mend; the message says what.</summary>
internal sealed class LabException(string message) : Exception(message);
