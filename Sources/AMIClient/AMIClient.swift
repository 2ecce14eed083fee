// AMIClient
