// AMI
